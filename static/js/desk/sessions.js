// Sessions of the queue that are over and not logged yet. Each fills in a log of its own: two visitors never meet in one.
// What was noted by hand while a visitor sat there comes along. It stays in this window, and it names nobody.

import { add, clear, fill, inWords, newKey, read } from "./entry.js";
import { keep, kept } from "./memory.js";

const PILE = "desk-sessions";
const NOTED = "desk-half-filled";
const ANSWERS = ["way", "language", "duration"];

const desk = document.querySelector("[data-desk]");
const form = desk.querySelector("[data-desk-log]");
const correcting = form.querySelector("[data-desk-correcting]");
const line = desk.querySelector("[data-desk-sessions]");
const { site, day } = desk.dataset;

const all = () => (kept(sessionStorage, PILE) ?? []).filter((session) => session.day === day);

const newestOther = () => others().at(-1);

const others = () => all().filter((session) => session.site === site && session.id !== form.dataset.deskSession);

const answersOf = ({ themes, way, language, duration }) => ({ themes, way, language, duration });

// What else waits to be logged is said as long as it waits.
const draw = () => {
  const left = others();
  line.hidden = left.length === 0;
  if (left.length) {
    line.querySelector("[data-desk-sessions-number]").textContent = left.length;
    line.querySelector("[data-desk-sessions-what]").textContent = inWords(form, newestOther());
  }
};

const save = (sessions) => {
  keep(sessionStorage, PILE, sessions);
  draw();
};

const hold = (session) => {
  form.dataset.deskSession = session.id;
  form.dataset.deskFilled = "";
  draw();
};

const forget = (id) => save(all().filter((session) => session.id !== id));

/** The session in the form is logged, or shall not be. */
export const settle = () => {
  const id = form.dataset.deskSession;
  delete form.dataset.deskSession;
  forget(id);
};

/** The form is wanted for something else; the session in it goes on waiting. */
export const letGo = () => {
  delete form.dataset.deskSession;
  draw();
};

const isOffered = (name, value) => [...form.elements[name].options].some((option) => option.value === value);

const begin = (said, noted) => {
  const known = ANSWERS.filter((name) => isOffered(name, said.get(name)));
  fill(form, { ...Object.fromEntries(known.map((name) => [name, said.get(name)])), themes: said.getAll("theme") });
  const session = { id: newKey(), kind: "contact", site, day, ...answersOf(read(form)) };
  if (noted && !noted.session && !noted.isCorrection) {
    add(form, noted);
  }
  hold(session);
  save([...all(), session]);
};

// The page was opened anew: the form says again what it said.
const goOn = (session, noted) => {
  clear(form, site);
  fill(form, { ...noted, key: newKey(), edition: 1, site });
  hold(session);
};

/**
 * Fill in what the address says behind its "#", or what this window held; whether the form now holds a session.
 * No browser sends that part of an address: no server and no proxy ever writes it down.
 */
export const start = () => {
  const noted = kept(sessionStorage, NOTED);
  keep(sessionStorage, NOTED, null);
  const sessions = all();
  const before = sessions.find(({ id }) => id === noted?.session);
  if (before) {
    save(Object.assign(sessions, { [sessions.indexOf(before)]: { ...before, ...answersOf(noted) } }));
  }
  const said = new URLSearchParams(location.hash.slice(1));
  if (said.has("theme")) {
    begin(said, noted);
    history.replaceState(null, "", location.pathname);
  } else if (before?.site === site && !form.hasAttribute("data-desk-filled")) {
    goOn(before, noted);
  }
  draw();
  addEventListener("pagehide", () => {
    const state = { session: form.dataset.deskSession ?? "", isCorrection: !correcting.hidden };
    keep(sessionStorage, NOTED, { ...read(form), ...state });
  });
  return "deskSession" in form.dataset;
};

/** Let a person fill in, or leave out, what goes on waiting; `ready` frees the form, `onFilled` is told. */
export const listen = ({ ready, onFilled }) => {
  line.querySelector("[data-desk-sessions-fill]").addEventListener("click", () => {
    const session = newestOther();
    ready();
    fill(form, session);
    hold(session);
    onFilled();
  });
  line.querySelector("[data-desk-sessions-drop]").addEventListener("click", () => {
    forget(newestOther().id);
    form.querySelector("[name=themes]").focus({ preventScroll: true });
  });
};
