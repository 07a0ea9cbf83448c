// A piece that is asked for again and again: less often while nobody answers, not at all in a hidden tab. What was last
// seen stays, and the page says since when. Without this file the piece is asked for at its own pace.
(() => {
  "use strict";

  const FIRST_MS = 5000;
  const LONGEST_MS = 60000;

  const trouble = document.querySelector("[data-live-trouble] > *");
  let failures = 0;
  let nextAt = 0;

  // The one that asked: after an answer it is no longer in the page.
  const isLive = (event) => event.detail.requestConfig?.elt.matches("[data-live]");

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isLive(event) && (document.hidden || Date.now() < nextAt)) {
      event.preventDefault();
    }
  });

  const say = () => {
    if (!trouble) {
      return;
    }
    trouble.hidden = failures === 0;
    const since = document.querySelector("[data-live-time]")?.textContent;
    for (const place of trouble.querySelectorAll("[data-live-since]")) {
      place.textContent = since ?? "";
    }
    document.body.classList.toggle("is-offline", failures > 0);
  };

  document.addEventListener("htmx:afterRequest", (event) => {
    if (!isLive(event)) {
      return;
    }
    failures = event.detail.successful ? 0 : failures + 1;
    nextAt = failures ? Date.now() + Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1)) : 0;
    say();
  });

  // The network says that it is back: no need to wait any longer.
  addEventListener("online", () => {
    nextAt = 0;
  });
})();
