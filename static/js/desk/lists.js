// What waits on this device, and what was not accepted: each with its reason, to be corrected or taken back by a person.

import { inWords } from "./entry.js";
import * as store from "./store.js";

const SHOWN = 20;
const TOGETHER_MS = 50;

const lists = document.querySelector("[data-desk]");
const outbox = lists.querySelector(".desk-outbox");
const row = document.querySelector("[data-desk-row]");
const words = row.dataset;
const shown = new Map();

const dayInWords = (day) => {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "long", timeZone: "UTC" });
  return format.format(new Date(`${day}T12:00:00Z`));
};

const reasonOf = (entry) => {
  if (entry.state !== "refused") {
    return "";
  }
  return entry.reason || (entry.field === "day" ? words.clock : "");
};

const rowOf = (entry, form) => {
  const made = row.content.cloneNode(true);
  const put = (name, text) => {
    const field = made.querySelector(`[data-desk-row-${name}]`);
    field.textContent = text;
    field.hidden = !text;
  };
  const half = entry.half_day === "MORNING" ? words.morning : words.afternoon;
  put("what", `${inWords(form, entry)}${entry.undone ? ` (${words.undone})` : ""}`);
  const elsewhere = entry.site === lists.dataset.site ? "" : ` · ${entry.site}`;
  put("when", `${dayInWords(entry.day)}, ${half}${elsewhere}`);
  put("reason", reasonOf(entry));
  for (const button of made.querySelectorAll("[data-desk-act]")) {
    button.dataset.deskOf = entry.key;
    button.hidden = Boolean(entry.undone);
  }
  return made;
};

const draw = (name, entries, form) => {
  const place = lists.querySelector(`[data-desk-list="${name}"]`);
  const list = place.querySelector("ol");
  list.replaceChildren(...entries.slice(-SHOWN).reverse().map((entry) => rowOf(entry, form)));
  place.hidden = entries.length === 0;
  for (const count of document.querySelectorAll(`[data-desk-number="${name}"]`)) {
    count.textContent = entries.length;
  }
  const more = place.querySelector("[data-desk-more]");
  more.hidden = entries.length <= SHOWN;
  more.querySelector("span").textContent = entries.length - SHOWN;
};

const redraw = async (form) => {
  const entries = await store.all().catch(() => []);
  shown.clear();
  entries.forEach((entry) => shown.set(entry.key, entry));
  draw("waiting", entries.filter(({ state }) => state === "waiting"), form);
  draw("refused", entries.filter(({ state }) => state === "refused"), form);
};

// Many changes at once are drawn once.
const soon = (act) => {
  let timer = 0;
  return () => {
    timer ||= setTimeout(() => {
      timer = 0;
      act();
    }, TOGETHER_MS);
  };
};

// The panel leaves as a menu does.
const closeOutbox = () => {
  document.addEventListener("click", (event) => {
    outbox.open &&= outbox.contains(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && outbox.open) {
      const isInside = outbox.contains(document.activeElement);
      outbox.open = false;
      if (isInside) {
        outbox.querySelector("summary").focus();
      }
    }
  });
};

/** Keep the lists up to date, in whichever tab something changes. */
export const start = (form, acts) => {
  store.onChange(soon(() => redraw(form)));
  lists.addEventListener("click", (event) => {
    const button = event.target.closest("[data-desk-act]");
    const entry = button && shown.get(button.dataset.deskOf);
    if (entry) {
      outbox.open &&= button.dataset.deskAct !== "mend"; // it would lie over what is corrected
      acts[button.dataset.deskAct]({ ...entry, reason: reasonOf(entry) });
    }
  });
  closeOutbox();
  return redraw(form);
};
