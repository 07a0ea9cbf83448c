// An entry lies on this device before the bar says so, and nothing here waits for the network.

import * as bar from "./bar.js";
import { inWords } from "./entry.js";
import * as store from "./store.js";

const form = document.querySelector("[data-desk-log]");

let onTheWay = 0; // what does not yet lie on the disk: the page may not be left

const counted = async (work) => {
  onTheWay += 1;
  await work.finally(() => {
    onTheWay -= 1;
  });
};

/** Whether all lies on the disk. */
export const isSettled = () => onTheWay === 0;

const say = (name, entry, send) => {
  bar.show(name, { about: inWords(form, entry) });
  form.querySelector("[name=themes]").focus({ preventScroll: true });
  send();
};

/** What takes an entry back. */
export const takeBack = (entry, send) => async () => {
  await counted(store.undo(entry));
  say("undone", entry, send);
};

/** What takes a correction back: the entry says again what it said before. */
export const bringBack = (before, corrected, send) => async () => {
  await counted(store.add({ isSure: true, ...before, edition: corrected.edition + 1 }));
  say("back", before, send);
};

/** Keep an entry, and say so; `otherwise` is for a browser that keeps nothing. */
export const keepEntry = async (entry, { send, onUndo, otherwise }) => {
  try {
    await counted(store.add(entry));
  } catch {
    otherwise();
    return;
  }
  bar.show(entry.edition > 1 ? "mended" : "logged", { about: inWords(form, entry), onUndo });
  send();
};
