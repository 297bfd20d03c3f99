// The console's own behaviour: keys, theme, dialogs, ages that grow, unsaved changes. Pages work without it.
(() => {
  const root = document.documentElement;

  // Theme: the choice of this browser, which the server puts into the page; without one the system's.
  const applyTheme = (theme) => {
    if (theme) root.dataset.bsTheme = theme;
    else delete root.dataset.bsTheme;
    for (const button of document.querySelectorAll("[data-theme-choice]")) {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === (theme ?? "")));
    }
  };
  applyTheme(root.dataset.bsTheme);
  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-theme-choice]");
    if (!choice) return;
    const theme = choice.dataset.themeChoice;
    document.cookie = `tornello_theme=${theme};path=/;max-age=${theme ? 31536000 : 0};samesite=lax`;
    applyTheme(theme || undefined);
  });

  // Menus close when the focus or a click goes elsewhere.
  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(except)) menu.open = false;
  };
  document.addEventListener("click", (event) => closeMenus(event.target));
  document.addEventListener("focusin", (event) => closeMenus(event.target));

  // Dialogs: a link with data-dialog loads its form into the page's one dialog; without script it is a page.
  const dialog = document.getElementById("dialog");
  let greeted = null;
  document.addEventListener("htmx:after:swap", () => {
    if (dialog?.children.length && !dialog.open) dialog.showModal();
    // Once for each form: other parts of the page are swapped while somebody types.
    const first = dialog?.querySelector("[autofocus]") ?? null;
    if (first !== greeted) first?.focus();
    greeted = first;
    showAges();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-dialog-close]")) {
      event.preventDefault();
      event.target.closest("dialog").close();
    }
    const copy = event.target.closest("[data-copy]");
    if (copy) navigator.clipboard?.writeText(document.getElementById(copy.dataset.copy).textContent.trim());
  });
  dialog?.addEventListener("close", () => dialog.replaceChildren());

  // Unsaved changes of a form are asked about once before they are lost.
  let isDirty = false;
  document.addEventListener("input", (event) => {
    if (event.target.form?.dataset.guard !== undefined) isDirty = true;
  });
  document.addEventListener("submit", (event) => {
    isDirty = false;
    // A form that the browser sends itself is sent once; the button still counts for what is being sent now.
    if (event.target.dataset.once === undefined) return;
    setTimeout(() => { for (const button of event.target.querySelectorAll("button")) button.disabled = true; });
  });
  dialog?.addEventListener("close", () => { isDirty = false; });
  addEventListener("beforeunload", (event) => { if (isDirty) event.preventDefault(); });

  // "3 min ago" grows; the exact time is in the title.
  const relative = new Intl.RelativeTimeFormat(root.lang, { style: "short", numeric: "auto" });
  const STEPS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
  const showAges = () => {
    for (const element of document.querySelectorAll("time[data-age]")) {
      const seconds = Math.round((Date.parse(element.dateTime) - Date.now()) / 1000);
      const [unit, length] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
      const text = relative.format(Math.min(0, Math.trunc(seconds / length)), unit);
      if (element.textContent !== text) element.textContent = text;
    }
  };
  showAges();
  setInterval(showAges, 5000);

  // Keys: "/" search, "g" then a letter to go, "?" the list of keys, Escape closes.
  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
  const keys = document.getElementById("keys");
  let isGoing = false;
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeMenus(null);
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (isGoing) {
      isGoing = false;
      const link = document.querySelector(`a[data-go="${CSS.escape(event.key.toLowerCase())}"]`);
      if (link) { event.preventDefault(); link.click(); }
    } else if (event.key === "g") {
      isGoing = true;
      setTimeout(() => { isGoing = false; }, 1500);
    } else if (!document.querySelector("dialog[open]") && document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`)) {
      event.preventDefault();
      document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`).click();
    } else if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      event.preventDefault();
      if (search) { search.focus(); search.select(); } else document.querySelector("a[data-go=m]")?.click();
    } else if (event.key === "?") {
      event.preventDefault();
      if (keys && !document.querySelector("dialog[open]")) keys.showModal();
    }
  });
})();
