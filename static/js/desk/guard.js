// Where a press would leave the page and there is no network, the page stays and says so: no error page of the browser.
// What the queue does in its own frame is told there.

import * as bar from "./bar.js";

const PATIENCE_MS = 4000;
const AGAIN_MS = 500;

const desk = document.querySelector("[data-desk]");
let isLet = false; // asked already, and answered

const answers = async () => {
  try {
    // Not GET: a browser may answer that one while it looks for a worker.
    const asked = { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) };
    const answer = await fetch(desk.dataset.aliveUrl, asked);
    return answer.ok;
  } catch {
    return false;
  }
};

// Where the browser says that it is offline, one answer may be one that was on its way: two are asked for.
const reaches = async () => {
  const isAnswered = await answers();
  if (!isAnswered || navigator.onLine) {
    return isAnswered;
  }
  await new Promise((resolve) => {
    setTimeout(resolve, AGAIN_MS);
  });
  return answers();
};

// Looked up before the server is asked: by then the queue may have been drawn anew.
const troubleOf = (element) => element.closest("[data-queue-frame]")?.querySelector("[data-queue-offline]");

const tell = (trouble) => {
  if (trouble) {
    trouble.hidden = false;
    trouble.scrollIntoView({ block: "nearest" });
  } else {
    bar.show("no-network");
  }
};

const leaves = (link) =>
  link.origin === location.origin &&
  !link.target &&
  !link.hasAttribute("download") &&
  !link.getAttribute("href").startsWith("#") &&
  !link.pathname.startsWith(desk.dataset.shellUrl) &&
  link.pathname !== desk.dataset.deskUrl;

/** Hold back what would leave the page until the server has answered. `isOnline` tells whether it did a moment ago. */
export const start = (isOnline) => {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (isLet || event.defaultPrevented || form.hasAttribute("hx-post") || form.method !== "post") {
      return;
    }
    event.preventDefault();
    const trouble = troubleOf(form);
    if (!(await reaches())) {
      tell(trouble);
      return;
    }
    // Meanwhile the queue may have been drawn anew: the same button is there again.
    const button = form.isConnected ? event.submitter : document.getElementById(event.submitter?.id ?? "");
    isLet = true;
    (button?.form ?? form).requestSubmit(button);
    isLet = false;
  });

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!link || !isPlain || event.defaultPrevented || !leaves(link) || isOnline()) {
      return;
    }
    event.preventDefault();
    const trouble = troubleOf(link);
    if (await reaches()) {
      location.assign(link.href);
    } else {
      tell(trouble);
    }
  });
};
