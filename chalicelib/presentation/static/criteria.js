// The live ticks and crosses. The server judges, here as at the end; this only asks it early and shows the answer.
const box = document.getElementById("criteria");
const first = document.getElementById("new_password");
const second = document.getElementById("confirm_password");
const status = document.getElementById("criteria-status");
const strength = document.getElementById("strength");
const strengthLabel = document.getElementById("strength-label");
const words = box?.dataset; // once the password is set there is no list any more
let timer;
let asking;

const say = (text, seen = false) => {
  status.className = seen ? "hint" : "unseen"; // the list itself says it to the eye; a failure nothing else says
  if (status.textContent !== text) status.textContent = text;
};

// A sentence of the page's language, with its holes filled.
const filled = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);

const hint = ({ score, label }) => {
  strength.hidden = !label;
  strength.dataset.score = score;
  strengthLabel.textContent = label;
  return label ? ` ${words.strength} ${label}` : "";
};

const show = (criteria, told) => {
  for (const { id, met } of criteria) {
    const item = box.querySelector(`[data-criterion="${CSS.escape(id)}"]`);
    if (!item) continue;
    item.className = met === null ? "open" : met ? "met" : "unmet";
    item.querySelector(".said").textContent = met === null ? words.later : met ? words.met : words.unmet;
  }
  const missing = criteria.filter(({ met }) => met === false).map(({ label }) => label);
  const count = filled(words.count, { met: criteria.filter(({ met }) => met).length, total: criteria.length });
  say((missing.length ? `${count} ${filled(words.missing, { labels: missing.join("; ") })}` : count) + told);
};

const clear = () => {
  for (const item of box.querySelectorAll("[data-criterion]")) {
    item.className = "open";
    item.querySelector(".said").textContent = "";
  }
  hint({ score: 0, label: "" });
};

const ask = async () => {
  asking?.abort(); // an answer that comes late must not overwrite a newer one
  asking = new AbortController();
  if (!first.value && !second.value) {
    clear();
    say("");
    return;
  }
  try {
    const answer = await fetch("/password/criteria", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ new_password: first.value, confirm_password: second.value, strength: true }),
      signal: asking.signal,
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const judged = await answer.json();
    show(judged.criteria, hint(judged.strength));
  } catch (error) {
    if (error.name === "AbortError") return;
    clear();
    say(words.offline, true);
  }
};

for (const field of box ? [first, second] : []) {
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 350);
  });
}

first?.form.addEventListener("submit", () => {
  clearTimeout(timer); // from here on the server judges
  asking?.abort();
});
