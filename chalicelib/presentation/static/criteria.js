// The live ticks and crosses. The server judges, here as at the end; this only asks it early and shows the answer.
// A tick comes as one types; a cross only once one has stopped, or left the field; and none for a field not used yet.
const box = document.getElementById("criteria");
const first = document.getElementById("new_password");
const second = document.getElementById("confirm_password");
const status = document.getElementById("criteria-status");
const strength = document.getElementById("strength");
const strengthLabel = document.getElementById("strength-label");
const words = box?.dataset; // once the password is set there is no list any more
let timer;
let pause;
let finished = false;
let judged;
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

// What may be said already.
const sayable = ({ id, label, met }) => ({ id, label, met: met || (finished && (id !== "match" || second.value)) ? met : undefined });

const show = (answer) => {
  const criteria = answer.criteria.map(sayable);
  const told = hint(answer.strength);
  for (const { id, met } of criteria) {
    const item = box.querySelector(`[data-criterion="${CSS.escape(id)}"]`);
    if (!item) continue;
    item.className = met ? "met" : met === false ? "unmet" : "open";
    item.querySelector(".said").textContent = met ? words.met : met === false ? words.unmet : met === null ? words.later : "";
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
  judged = undefined;
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
    judged = await answer.json();
    show(judged);
  } catch (error) {
    if (error.name === "AbortError") return;
    clear();
    say(words.offline, true);
  }
};

const finish = () => {
  finished = true;
  if (judged) show(judged);
};

for (const field of box ? [first, second] : []) {
  field.addEventListener("input", () => {
    finished = false;
    clearTimeout(timer);
    clearTimeout(pause);
    timer = setTimeout(ask, 350);
    pause = setTimeout(finish, 1500);
  });
  field.addEventListener("change", finish);
}

first?.form.addEventListener("submit", () => {
  clearTimeout(timer); // from here on the server judges
  asking?.abort();
});
