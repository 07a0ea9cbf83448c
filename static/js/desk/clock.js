// Which day it is at the site, whatever the clock of this device says. The server is asked for the time with every answer;
// between two answers the clock of the device is trusted only as far as it can be checked.

import { keep, kept } from "./memory.js";

const KEPT = "desk-clock";
const SLACK_MS = 120_000;
const LIFE = String(Math.random()).slice(2);

let heardHere = null; // what server, device and stopwatch said at one moment of the life of this page

const read = () => kept(localStorage, KEPT) ?? {};

const isNear = (one, other) => Math.abs(one - other) <= SLACK_MS;

/** The server told its time. */
export const hear = (instant) => {
  const server = Date.parse(instant);
  if (Number.isNaN(server)) {
    return;
  }
  const device = Date.now();
  heardHere = { server, device, stopwatch: performance.now() };
  keep(localStorage, KEPT, { offset: server - device, seen: server });
};

/** Whether this page has heard the server since it was opened, and its clock has run evenly since. */
export const isSure = () => {
  if (!heardHere) {
    return false;
  }
  return isNear(Date.now() - heardHere.device, performance.now() - heardHere.stopwatch);
};

const offsetNow = () => (heardHere ? heardHere.server - heardHere.device : (read().offset ?? 0));

/** The time as far as this device can tell. */
export const now = () => Date.now() + offsetNow();

/** Whether the clock of this device was set back since the server was last heard. */
export const isWrong = () => now() < (read().seen ?? 0) - SLACK_MS;

/** Day and half-day on the wall of a site. */
export const momentAt = (zone, at) => {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const part = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return { day: `${part.year}-${part.month}-${part.day}`, half_day: Number(part.hour) < 12 ? "MORNING" : "AFTERNOON" };
};

/** What an entry needs to know of the clock, so that its day can be looked at again. It never leaves this device. */
export const stamp = () => ({
  isSure: isSure(),
  clock: { device: Date.now(), stopwatch: performance.now(), life: LIFE, offset: offsetNow(), seen: read().seen ?? 0 },
});

// The moments at which an entry can have been made, now that the server has been heard again: not before it was last
// heard, and not later than now.
const possible = ({ device, stopwatch, life, offset, seen }) => {
  const asThen = device + offset; // the clock was right then, or as wrong as it was known to be
  const asNow = device + offsetNow(); // the clock was wrong already, and still is
  const byClock = [asThen, asNow].filter((at) => at >= seen - SLACK_MS && at <= now() + SLACK_MS);
  if (life !== LIFE || (isNear(asNow, asThen) && byClock.length)) {
    return byClock;
  }
  const byDevice = Date.now() - device;
  const byStopwatch = performance.now() - stopwatch; // it may stand still while the device sleeps
  const elapsed = byDevice < byStopwatch || isNear(byDevice, byStopwatch) ? [byStopwatch] : [byStopwatch, byDevice];
  return elapsed.map((time) => now() - time);
};

/** Day and half-day of an entry made while the clock was in doubt; nothing where only a person can tell. */
export const settle = (entry) => {
  const moments = possible(entry.clock).map((at) => momentAt(entry.zone, at));
  const [first, ...others] = moments;
  const agree = first && others.every(({ day, half_day }) => day === first.day && half_day === first.half_day);
  return agree ? first : null;
};
