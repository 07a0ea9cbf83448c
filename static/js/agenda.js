// The day of an agenda: a key marks the appointment that has the focus, the focus stays where it was after an answer,
// and no answer is said. Without this file every button still works.
(() => {
  "use strict";

  const live = document.querySelector("[data-agenda-live]");
  const trouble = document.querySelector("[data-agenda-trouble] > div");
  let held = null; // the appointment that had the focus, and the button if it was one

  const entryOf = (element) => element?.closest?.("[data-agenda-entry]");

  const freshToken = () => /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1];

  // Only while an appointment has the focus (WCAG 2.1.4).
  document.addEventListener("keydown", (event) => {
    const entry = entryOf(event.target);
    if (!entry || event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) {
      return;
    }
    const button = [...entry.querySelectorAll("[data-agenda-key]")].find(
      (one) => one.dataset.agendaKey === event.key.toUpperCase(),
    );
    if (button) {
      event.preventDefault();
      button.click();
    }
  });

  const isMark = (event) => event.detail.requestConfig?.verb === "post";

  document.addEventListener("htmx:configRequest", (event) => {
    const token = freshToken();
    if (token && event.detail.verb === "post") {
      event.detail.parameters.csrfmiddlewaretoken = token;
    }
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status === 200 || xhr.status === 422) {
      const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
      if (!page.querySelector("#agenda")) {
        event.detail.shouldSwap = false;
        location.reload(); // signed out, or at another site by now: let the whole page say so
        return;
      }
    } else {
      trouble.hidden = false;
      return;
    }
    const active = document.activeElement;
    const entry = entryOf(active);
    held = entry && { id: entry.dataset.agendaEntry, mark: active.value, isTold: isMark(event) };
  });

  document.addEventListener("htmx:afterSettle", () => {
    trouble.hidden = true;
    const entry = held && document.querySelector(`[data-agenda-entry="${held.id}"]`);
    if (entry) {
      const same = held.mark && entry.querySelector(`button[value="${held.mark}"]`);
      (same || entry.querySelector("[data-agenda-code]")).focus({ preventScroll: true });
      const badge = entry.querySelector(".badge");
      live.textContent = held.isTold ? `${entry.querySelector("[data-agenda-code]").textContent}: ${badge.textContent}` : "";
    }
    held = null;
  });

  const silent = () => {
    trouble.hidden = false;
  };
  document.addEventListener("htmx:sendError", silent);
  document.addEventListener("htmx:timeout", silent);
})();
