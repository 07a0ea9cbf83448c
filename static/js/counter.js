// The queue at the desk: what happens in its frame stays there, the focus comes back, and no answer is said.
// Without this file every button still works.
(() => {
  "use strict";

  const frame = document.querySelector("[data-queue-frame]");
  const trouble = frame?.querySelector("[data-queue-trouble] > span");
  if (!frame) {
    return;
  }
  let held = null; // the element that had the focus

  const freshToken = () => /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1];

  // The log of the desk listens to the whole page: what is not its own must not reach it.
  const on = (name, act) =>
    frame.addEventListener(`htmx:${name}`, (event) => {
      event.stopPropagation();
      act?.(event);
    });

  const tell = () => {
    trouble.hidden = false;
  };

  on("configRequest", (event) => {
    const token = freshToken();
    if (token && event.detail.verb === "post") {
      event.detail.parameters.csrfmiddlewaretoken = token;
    }
  });
  on("beforeRequest");
  on("beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status === 304) {
      trouble.hidden = true;
    } else if (xhr.status !== 200) {
      tell();
    } else if (!new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("#queue")) {
      event.detail.shouldSwap = false; // signed out, or at another site by now: the link leads to what to do
      tell();
    } else if (frame.contains(document.activeElement)) {
      held = document.activeElement;
    } else if (document.activeElement === document.body && event.detail.requestConfig.verb === "post") {
      held = document.body; // a key did it, or a button that an earlier answer took away
    }
  });
  // The head of the desk tells where one sits and how many wait, wherever the queue itself stands on the screen.
  const tellHead = () => {
    const seat = document.querySelector("[data-desk-seat]");
    const waiting = document.querySelector("[data-desk-queue]");
    if (!seat || !waiting) {
      return;
    }
    seat.textContent = frame.querySelector(".counter__where strong")?.textContent ?? "";
    seat.hidden = !seat.textContent;
    waiting.firstElementChild.textContent = frame.querySelector("#counter-waiting")?.textContent ?? "";
    waiting.hidden = !waiting.textContent;
  };

  on("afterSettle", () => {
    trouble.hidden = true;
    const offline = frame.querySelector("[data-queue-offline]");
    if (offline) {
      offline.hidden = true;
    }
    tellHead();
    if (held && document.activeElement === document.body) {
      const again = frame.contains(held) ? held : document.getElementById(held.id);
      (again || frame.querySelector("[data-desk-key]"))?.focus({ preventScroll: true });
    }
    held = null;
  });
  on("sendError", tell);
  on("timeout", tell);
  on("responseError", tell);
})();
