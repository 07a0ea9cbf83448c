// What keeps an entry from being logged is said beside its question, until it is put right.

import { problems, read } from "./entry.js";

const form = document.querySelector("[data-desk-log]");
const sentences = [...form.querySelectorAll("[data-desk-problem]")];

/** What is wrong no longer is not said any longer. */
export const hideSolved = () => {
  const left = problems(read(form));
  for (const sentence of sentences) {
    sentence.hidden ||= !left.includes(sentence.dataset.deskProblem);
  }
};

/** Say what is wrong, and go there; whether nothing is. */
export const showProblems = (found) => {
  for (const sentence of sentences) {
    sentence.hidden = !found.includes(sentence.dataset.deskProblem);
  }
  if (found.length) {
    form.querySelector(`[name=${found[0]}]`).focus();
  }
  return found.length === 0;
};
