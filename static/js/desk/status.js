// The head of the desk: whether there is a network, whether somebody is signed in, and which day it is.

import * as clock from "./clock.js";

const MINUTE_MS = 60_000;

const desk = document.querySelector("[data-desk]");
const trouble = document.querySelector("[data-desk-trouble]");

/** Tell how the last exchange with the server went. */
export const show = (state) => {
  desk.dataset.deskState = state;
  for (const word of document.querySelectorAll("[data-desk-state-word]")) {
    word.hidden = word.dataset.deskStateWord !== state;
  }
  for (const sentence of trouble.querySelectorAll("[data-desk-when]")) {
    sentence.hidden = sentence.dataset.deskWhen !== state && !(sentence.dataset.deskWhen === "clock" && clock.isWrong());
  }
};

/** Whether the server answered when it was last asked. */
export const isOnline = () => desk.dataset.deskState === "online";

const today = () => clock.momentAt(desk.dataset.zone, clock.now());

const showDay = () => {
  const { day, half_day } = today();
  const [whenDay, whenHalf] = ["day", "half"].map((name) => document.querySelector(`[data-desk-when-${name}]`));
  if (day !== desk.dataset.day) {
    const style = { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" };
    whenDay.textContent = new Intl.DateTimeFormat(document.documentElement.lang, style).format(new Date(`${day}T12:00:00Z`));
  }
  whenHalf.textContent = half_day === "MORNING" ? whenHalf.dataset.morning : whenHalf.dataset.afternoon;
  return day;
};

/** Keep the day right on a page that stays open, and tell of a new one. */
export const start = (onNewDay) => {
  const look = () => {
    const day = showDay();
    if (day !== desk.dataset.day) {
      onNewDay(day);
    }
  };
  setInterval(look, MINUTE_MS);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
  look();
};
