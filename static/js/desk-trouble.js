// When nothing was saved (signed out, no network, no answer): says why and keeps the page as it is,
// so that the same form, with the same key, can be sent again.
(() => {
  "use strict";

  const live = document.querySelector("[data-desk-live]");
  const trouble = document.querySelector("[data-desk-trouble]");
  const signIn = trouble.querySelector("[data-desk-sign-in]");
  let lastFocus = null;

  const hush = () => {
    for (const sentence of trouble.children) {
      sentence.hidden = true;
    }
  };

  const tell = (event, why) => {
    const isLog = event.detail.requestConfig.elt.matches("[data-desk-log]");
    const sentence = trouble.querySelector(`[data-desk-when~="${isLog ? "log" : "undo"}-${why}"]`);
    const bar = document.querySelector("[data-desk-bar]");
    if (isLog && bar) {
      bar.hidden = true; // it tells of the contact before this one
    }
    live.textContent = "";
    hush();
    sentence.hidden = false;
    sentence.scrollIntoView({ block: "nearest" });
    const link = sentence.querySelector("a");
    if (link) {
      lastFocus = document.activeElement;
      link.focus();
    }
  };

  const holdsDesk = (xhr) => new DOMParser().parseFromString(xhr.responseText, "text/html").querySelector("#desk");

  // Signing in again, in another tab, changes the token that the form was made with.
  const freshToken = () => /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1];

  document.addEventListener("htmx:configRequest", (event) => {
    const token = freshToken();
    if (token) {
      event.detail.parameters.csrfmiddlewaretoken = token;
    }
  });
  document.addEventListener("htmx:beforeRequest", hush);
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status !== 200) {
      tell(event, "refused");
    } else if (!holdsDesk(xhr)) {
      event.detail.shouldSwap = false;
      if (new URL(xhr.responseURL).pathname === signIn.pathname) {
        tell(event, "signed-out");
      } else {
        location.reload(); // saved, and now a site to choose: let the whole page go there
      }
    }
  });
  document.addEventListener("htmx:sendError", (event) => tell(event, "silent"));
  document.addEventListener("htmx:timeout", (event) => tell(event, "silent"));
  // Back from the other tab, Enter logs again instead of opening one more.
  trouble.addEventListener("click", (event) => event.target.closest("a") && lastFocus?.focus());
})();
