// A screen that nobody touches any more begins anew, so that whoever comes next finds it in its first state.
(() => {
  "use strict";

  const foot = document.querySelector("[data-return]");
  if (!foot) return;

  const afterMs = Number(foot.dataset.returnSeconds) * 1000;
  let timer = 0;

  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => location.replace(foot.dataset.return), afterMs);
  };

  for (const touch of ["pointerdown", "keydown", "scroll"]) {
    addEventListener(touch, wait, { passive: true });
  }
  // A page taken from the browser's memory carries a key that was already used.
  addEventListener("pageshow", (event) => (event.persisted ? location.replace(foot.dataset.return) : wait()));
})();
