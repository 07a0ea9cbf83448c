// The log: one key is a record.

import * as bar from "./bar.js";
import * as clock from "./clock.js";
import { clear, fill, newKey, problems, read } from "./entry.js";
import { entryOf, newest } from "./mine.js";
import { bringBack, isSettled, keepEntry, takeBack } from "./keeping.js";
import { keep, kept } from "./memory.js";
import * as sessions from "./sessions.js";
import { hideSolved, showProblems } from "./wrong.js";

const LAST = "desk-last";
const STICKY = "desk-sticky";
const STUCK = ["way", "language"];

const desk = document.querySelector("[data-desk]");
const form = desk.querySelector("[data-desk-log]");
const correcting = form.querySelector("[data-desk-correcting]");

const ready = () => {
  sessions.letGo();
  bar.letGo();
  clear(form, desk.dataset.site);
  showProblems([]);
  correcting.hidden = true;
  before = null;
  if (form.contains(document.activeElement) || document.activeElement === document.body) {
    form.querySelector("[name=themes]").focus({ preventScroll: true });
  }
};

// While it is corrected, an entry keeps the day that the form says.
const momentOf = (isCorrected) => {
  if (isCorrected) {
    return { day: form.elements.day.value, half_day: form.elements.half_day.value, isSure: true };
  }
  return { ...clock.momentAt(desk.dataset.zone, clock.now()), ...clock.stamp(), zone: desk.dataset.zone };
};

let before = null; // what is corrected, as it was

/** Take over the form, the counts and what is taken back; `send` is called whenever something waits. */
export const start = (send) => {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const isCorrected = !correcting.hidden;
    const answers = read(form);
    if (!showProblems(problems(answers))) {
      bar.dismiss();
      return;
    }
    const entry = { ...answers, ...momentOf(isCorrected) };
    const onUndo = isCorrected ? before && bringBack(before, entry, send) : takeBack(entry, send);
    if (!isCorrected) {
      sessions.settle();
      keep(sessionStorage, LAST, { ...answers, edition: 1 });
      keep(localStorage, STICKY, Object.fromEntries(STUCK.map((name) => [name, entry[name]])));
    }
    ready();
    const otherwise = () => {
      fill(form, entry);
      form.submit(); // this browser keeps nothing: the server does, as without a script
    };
    keepEntry(entry, { send, onUndo, otherwise });
  });
  form.addEventListener("change", hideSolved);

  document.addEventListener("submit", (event) => {
    const { deskCount, deskMineAct, deskRepeat } = event.target.dataset;
    const mine = deskMineAct && entryOf(event.target);
    const last = deskRepeat !== undefined && (kept(sessionStorage, LAST) ?? newest());
    if (deskRepeat !== undefined && !correcting.hidden) {
      event.preventDefault(); // what is being corrected stays in the form
    } else if (deskCount !== undefined) {
      event.preventDefault();
      const entry = { key: newKey(), edition: 1, kind: deskCount, site: desk.dataset.site, ...momentOf(false) };
      keepEntry(entry, { send, onUndo: takeBack(entry, send), otherwise: () => event.target.submit() });
    } else if (mine && deskMineAct === "mend") {
      event.preventDefault();
      mend(mine);
    } else if (mine) {
      event.preventDefault();
      event.target.closest("[data-desk-mine]").hidden = true;
      takeBack({ ...mine, isSure: true }, send)().catch(() => event.target.submit());
    } else if (last) {
      event.preventDefault();
      sessions.letGo();
      bar.letGo();
      showProblems([]);
      fill(form, { ...last, key: newKey(), edition: 1, site: desk.dataset.site });
      form.querySelector("[type=submit]").focus({ preventScroll: true });
    }
  });

  correcting.querySelector("[data-desk-cancel]").addEventListener("click", (event) => {
    event.preventDefault();
    ready();
  });

  // The number of a page that the worker keeps is not new; the answers of a server say more than what stuck.
  if (form.elements.edition.value === "1") {
    form.elements.key.value = newKey();
  }
  if (!form.hasAttribute("data-desk-filled")) {
    const stuck = kept(localStorage, STICKY) ?? {};
    for (const name of STUCK) {
      const isOffered = [...form.elements[name].options].some(({ value }) => value === stuck[name]);
      form.elements[name].value = isOffered ? stuck[name] : form.elements[name].value;
    }
  }
  sessions.listen({ ready, onFilled: tellFilled });
  return { mend, undo: (entry) => takeBack(entry, send)(), isPristine };
};

/** Say that the form holds a session that is over; it may be left out. */
export const tellFilled = () => {
  const leaveOut = () => {
    sessions.settle();
    ready();
  };
  bar.show("filled", { onUndo: leaveOut });
};

const mend = (entry) => {
  showProblems([]);
  sessions.letGo();
  bar.remove(); // what it would take back may be what is corrected now
  before = entry.state === "refused" ? null : entry;
  fill(form, { ...entry, edition: entry.edition + 1 });
  const why = correcting.querySelector("[data-desk-why]");
  why.textContent = entry.reason ?? "";
  why.hidden = !why.textContent;
  correcting.hidden = false;
  form.scrollIntoView({ block: "start" });
  form.querySelector(`[name=${entry.field === "day" || entry.kind !== "contact" ? "day" : "themes"}]`).focus({ preventScroll: true });
};

const isPristine = () => isSettled() && correcting.hidden && !form.querySelector("[name=themes]:checked, [data-desk-details][open]");
