// The address typed at the logon goes along to "Forgot your password?", in a post and not in a URL. Without this script
// a button in its place does the same.
for (const link of document.querySelectorAll("[data-carries]")) {
  link.addEventListener("click", (event) => {
    const form = link.closest("form");
    if (!form.elements.email.value.trim()) return;
    event.preventDefault();
    form.elements.password.value = "";
    const forgot = Object.assign(document.createElement("input"), { type: "hidden", name: "forgot", value: "1" });
    form.append(forgot);
    form.submit();
    forgot.remove(); // or it is still there for whoever comes back to this page
  });
}
