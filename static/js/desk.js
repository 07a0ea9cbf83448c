// Single-key shortcuts: a key presses the element that names it in data-desk-key, Enter sends the log form.
// They can be switched off (WCAG 2.1.4) and are silent while somebody types. Without this file the form still works.
(() => {
  "use strict";

  const STORE = "desk-shortcuts";
  const TYPING = "input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]";
  const OWN_ENTER = "a, button, summary, [data-desk-switch]";
  const toggle = document.querySelector("[data-desk-switch]");

  const remembered = () => {
    try {
      return localStorage.getItem(STORE);
    } catch {
      return null; // storage is refused: the switch holds until the page is left
    }
  };

  const remember = () => {
    try {
      localStorage.setItem(STORE, toggle.checked ? "on" : "off");
    } catch {
      // nothing to do: see above
    }
  };

  // The place of a digit, not its sign: on an AZERTY keyboard the unshifted row gives & é " ' ( §.
  const nameOf = (event) => /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1] ?? event.key.toUpperCase();

  // The next answer of a list, without opening it; it is said, for the focus stays where it is.
  const cycle = (label) => {
    const list = label.control;
    list.selectedIndex = (list.selectedIndex + 1) % list.options.length;
    list.dispatchEvent(new Event("change", { bubbles: true }));
    const live = document.querySelector("[data-desk-live]");
    if (live) {
      live.textContent = `${label.firstChild.textContent.trim()}: ${list.selectedOptions[0].label}`;
    }
  };

  const press = (name) => {
    const target = [...document.querySelectorAll("[data-desk-key]")].find(
      (element) => element.dataset.deskKey === name && element.getClientRects().length > 0,
    );
    if (!target) {
      return false;
    }
    if ("deskCycle" in target.dataset) {
      cycle(target);
      return true;
    }
    if (target.matches("[type=checkbox], [type=radio]")) {
      target.focus();
    }
    target.click();
    return true;
  };

  const send = (target) => {
    const form = document.querySelector("[data-desk-log]");
    if (!form || target.closest(OWN_ENTER)) {
      return false;
    }
    form.requestSubmit();
    return true;
  };

  const onKey = (event) => {
    const hasModifier = event.ctrlKey || event.altKey || event.metaKey || event.isComposing;
    if (!toggle.checked || hasModifier || event.repeat || event.target.matches(TYPING)) {
      return;
    }
    const isDone = event.key === "Enter" ? send(event.target) : press(nameOf(event));
    if (isDone) {
      event.preventDefault();
    }
  };

  const show = () => document.documentElement.classList.toggle("has-desk-keys", toggle.checked);

  toggle.checked = remembered() !== "off";
  toggle.addEventListener("change", () => {
    remember();
    show();
  });
  document.addEventListener("keydown", onKey);
  show();
})();
