// The one line that says what just happened: eight seconds with a button that takes it back, and aloud for screen readers.

const SHOWN_MS = 8000;

const place = document.querySelector("[data-desk-said]");
const live = document.querySelector("[data-desk-live]");
let timer = 0;

const bar = () => place.querySelector("[data-desk-bar]");

const leave = () => {
  const shown = bar();
  if (shown?.matches("[data-desk-bar-stays]")) {
    return; // it tells what the form holds
  }
  if (shown?.matches(":hover, :focus-within")) {
    timer = setTimeout(leave, SHOWN_MS); // somebody is about to use it
  } else if (shown) {
    shown.hidden = true;
  }
};

const announce = (shown) => {
  clearTimeout(timer);
  timer = setTimeout(leave, SHOWN_MS);
  const said = shown.querySelector("[data-desk-announce]");
  live.textContent = said.textContent.replace(/\s+/g, " ").trim();
};

/** Show a bar of the page (`logged`, `undone`, `mended`, `no-network`, …) with what it is about and how to take it back. */
export const show = (name, { about = "", onUndo = null } = {}) => {
  const made = document.querySelector(`[data-desk-bar-of="${name}"]`).content.cloneNode(true);
  const what = made.querySelector("[data-desk-about]");
  if (what) {
    what.textContent = about;
  }
  const undo = made.querySelector("[data-desk-bar-undo]");
  if (onUndo) {
    undo.addEventListener("click", onUndo);
  } else {
    undo?.remove();
  }
  bar()?.remove();
  place.querySelector(".notice")?.remove(); // it tells of the try before this one
  place.prepend(made);
  announce(bar());
};

/** Say nothing any longer. */
export const remove = () => bar()?.remove();

/** Say no longer what the form held: it holds something else. */
export const letGo = () => place.querySelector("[data-desk-bar-stays]")?.remove();

/** What was said is over: something else is being done. */
export const dismiss = () => {
  const shown = bar();
  if (shown && !shown.matches("[data-desk-bar-stays]")) {
    shown.hidden = true;
  }
};

/** Say what the server has put there with the page. */
export const start = () => {
  if (bar()) {
    announce(bar());
  }
};
