// Puts the pieces of the desk together.

import * as bar from "./bar.js";
import * as clock from "./clock.js";
import * as guard from "./guard.js";
import * as lists from "./lists.js";
import * as log from "./log.js";
import * as offline from "./offline.js";
import { ONLINE, OFFLINE } from "./exchange.js";
import { senderTo } from "./sender.js";
import * as sessions from "./sessions.js";
import * as side from "./side.js";
import * as status from "./status.js";
import * as store from "./store.js";

const desk = document.querySelector("[data-desk]");
const form = desk.querySelector("[data-desk-log]");
const isShell = desk.hasAttribute("data-desk-is-shell");

const WENT = "desk-went-live";
const AGAIN_MS = 30_000;

// The whole desk from the server; not again at once, should the worker have nothing but the shell to give.
const goLive = () => {
  if (Date.now() - Number(sessionStorage.getItem(WENT)) > AGAIN_MS) {
    sessionStorage.setItem(WENT, Date.now());
    location.replace(desk.dataset.deskUrl);
  }
};

const onNewDay = (day) => {
  if (!status.isOnline()) {
    offline.askWhere(day);
  } else if (isPristine()) {
    goLive(); // it asks where one sits
  }
};

let isPristine = () => true;

const { send } = senderTo(desk.dataset, {
  isHeard: !isShell,
  onState: (state) => {
    status.show(state);
    if (state === ONLINE && isShell && isPristine()) {
      goLive(); // the whole desk is there again
    }
  },
  onAnswers: side.refresh,
});

const loaded = () =>
  new Promise((resolve) => {
    if (document.readyState === "complete") {
      resolve();
    } else {
      addEventListener("load", resolve, { once: true });
    }
  });

const begin = async () => {
  if (!isShell) {
    clock.hear(desk.dataset.now); // a page of the server, not of the worker
  }
  status.show(navigator.onLine && !isShell ? ONLINE : OFFLINE);
  status.start(onNewDay);
  if (sessions.start()) {
    log.tellFilled();
    document.querySelector("[data-desk-said]").scrollIntoView();
  } else {
    bar.start();
  }
  const acts = log.start(send);
  isPristine = acts.isPristine;
  guard.start(status.isOnline);
  await lists.start(form, { mend: acts.mend, undo: acts.undo });
  const { day } = clock.momentAt(desk.dataset.zone, clock.now());
  if (isShell) {
    offline.askWhere(day);
  }
  send(isShell);
  store.onSettledElsewhere(side.refresh);
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) {
      send(true);
      side.refresh();
    }
  });
  if (!isShell) {
    await loaded();
    await offline.start(day).catch(() => {}); // without a worker the desk needs its network
  }
};

begin();
