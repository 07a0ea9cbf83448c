// After an answer of the server: says it aloud and takes the bar away after a while.
(() => {
  "use strict";

  const BAR_SHOWN_MS = 8000;
  const live = document.querySelector("[data-desk-live]");
  let timer = 0;

  const tidyBar = () => {
    const bar = document.querySelector("[data-desk-bar]");
    if (bar && bar.matches(":hover, :focus-within")) {
      timer = setTimeout(tidyBar, BAR_SHOWN_MS); // somebody is about to use it
    } else if (bar) {
      bar.hidden = true;
    }
  };

  const answer = () => {
    clearTimeout(timer);
    const said = document.querySelector("[data-desk-announce]");
    live.textContent = said ? said.textContent.replace(/\s+/g, " ").trim() : "";
    if (said) {
      timer = setTimeout(tidyBar, BAR_SHOWN_MS);
    }
  };

  document.addEventListener("htmx:afterSettle", answer);
  // A form taken from the browser's memory carries a key that was already used.
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  answer();
})();
