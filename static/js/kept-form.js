// What was typed outlives a change of language, and a sign-in that had ended meanwhile: it is kept in this tab and filled
// in once when the form stands there again. Without this file the form comes back as the server has it.
(() => {
  "use strict";

  const SLOT = "kept-form";
  const take = () => {
    try {
      const slot = JSON.parse(sessionStorage.getItem(SLOT));
      sessionStorage.removeItem(SLOT);
      return slot;
    } catch {
      return null;
    }
  };

  const slot = take(); // once: what was sent or left behind comes back nowhere
  const form = document.querySelector("form[data-kept]");
  if (!form) {
    return;
  }

  const back = document.querySelector("[data-kept-back]");
  const signIn = back.dataset.keptBack; // where sign-in pages begin; empty where nobody signs in
  const LONGEST_MS = 15 * 60 * 1000;
  const NOT_TYPED = ["hidden", "submit", "button", "file", "password"];

  const fields = () => [...form.elements].filter(({ name, type }) => name && !NOT_TYPED.includes(type));
  const isTicked = ({ type }) => type === "checkbox" || type === "radio";

  const put = (slot) => {
    try {
      sessionStorage.setItem(SLOT, JSON.stringify(slot));
    } catch {
      // A browser that keeps nothing does without.
    }
  };

  const keep = (why) => {
    const values = fields().map(({ name, value, checked }) => ({ name, value, checked }));
    put({ name: form.dataset.kept, url: location.href, at: Date.now(), why, values });
  };

  const cameFromSignIn = () => {
    const from = document.referrer && new URL(document.referrer);
    return Boolean(from) && from.origin === location.origin && from.pathname.startsWith(signIn);
  };

  const fill = (values) => {
    for (const field of fields()) {
      const kept = values.find(({ name, value }) => name === field.name && (!isTicked(field) || value === field.value));
      const state = isTicked(field) ? "checked" : "value";
      if (kept && field[state] !== kept[state]) {
        field[state] = kept[state];
        for (let part = field.closest("details"); part; part = part.parentElement.closest("details")) {
          part.open = true;
        }
        field.dispatchEvent(new Event("input", { bubbles: true }));
        field.dispatchEvent(new Event("change", { bubbles: true }));
      }
    }
    back.hidden = false;
  };

  const isBack = slot && Date.now() - slot.at < LONGEST_MS && (slot.why !== "sent" || cameFromSignIn());
  if (isBack && slot.name === form.dataset.kept) {
    fill(slot.values);
  } else if (isBack && slot.url !== location.href) {
    put({ ...slot, why: "back" });
    location.replace(slot.url); // the sign-in led to another page of the same kind
  }

  if (signIn) {
    form.addEventListener("submit", () => keep("sent"));
  }
  for (const languages of document.querySelectorAll(".languages")) {
    languages.addEventListener(languages.matches("form") ? "submit" : "click", () => keep("language"));
  }
})();
