// Sends what waits, fifty at a time, one tab after the other. Nothing is forgotten before the server has answered for it:
// whatever goes wrong, the same is sent again, and the same again counts once.

import * as clock from "./clock.js";
import { NotSent, OFFLINE, ONLINE, put, TROUBLE } from "./exchange.js";
import * as store from "./store.js";

const BATCH = 50;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
const LOCK = "desk-send";

// Whatever this device notes for itself stays on it.
const forServer = ({ isSure, isTried, clock: _clock, zone: _zone, place: _place, state: _state, reason: _reason, field: _field, ...entry }) =>
  entry;

/** A sender for this page: `send` tries at once and says what it came to; the rest is tried again by itself. */
export const senderTo = (addresses, { isHeard: wasHeard, onState, onAnswers }) => {
  let isBusy = false;
  let isAskedAgain = false;
  let isHeard = wasHeard; // the server answered when it was last asked
  let pause = FIRST_PAUSE_MS;
  let timer = 0;

  const exchange = async (entries) => {
    const found = await put(addresses, entries.map(forServer));
    clock.hear(found.now);
    if (found.answers.length !== entries.length) {
      throw new NotSent(TROUBLE);
    }
    if (entries.length) {
      await store.settle(entries, found.answers);
      onAnswers(found.answers);
    }
  };

  // An entry made while the clock was in doubt gets its day now, from a clock that was just heard.
  const dateWhatIsInDoubt = async () => {
    const doubtful = (await store.all()).filter((entry) => entry.state === "waiting" && !entry.isSure);
    if (doubtful.length) {
      await exchange([]);
      await store.date(doubtful.map((entry) => ({ entry, moment: clock.settle(entry) })));
    }
  };

  // Nothing is risked on a server that may be away: it is asked for the time first.
  const empty = async (isProbe) => {
    if (isProbe || !isHeard || !navigator.onLine) {
      await exchange([]);
    }
    await dateWhatIsInDoubt();
    for (let batch = await store.takeBatch(BATCH); batch.length; batch = await store.takeBatch(BATCH)) {
      await exchange(batch);
    }
  };

  const locked = (work) => (navigator.locks ? navigator.locks.request(LOCK, work) : work());

  const later = (state) => {
    clearTimeout(timer);
    isHeard = false;
    timer = setTimeout(() => send(true), pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
    onState(state);
  };

  const send = async (isProbe = false) => {
    if (isBusy) {
      isAskedAgain = true;
      return;
    }
    isBusy = true;
    clearTimeout(timer);
    try {
      await locked(() => empty(isProbe));
      pause = FIRST_PAUSE_MS;
      isHeard = true;
      onState(ONLINE);
    } catch (error) {
      later(error instanceof NotSent ? error.state : TROUBLE);
    } finally {
      isBusy = false;
    }
    if (isAskedAgain) {
      isAskedAgain = false;
      send();
    }
  };

  addEventListener("online", () => send(true));
  addEventListener("offline", () => {
    isHeard = false;
    onState(OFFLINE);
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send(true));
  return { send };
};
