// The side of the desk (the team today, the week, my last ten) as the server knows it by now.

const WAIT_MS = 300;
const PATIENCE_MS = 8000;

const desk = document.querySelector("[data-desk]");
let timer = 0;

const fetchSide = async () => {
  const headers = { "HX-Request": "true", "HX-Target": "desk-side" };
  const response = await fetch(desk.dataset.deskUrl, { headers, cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!response.ok || response.redirected) {
    return null; // signed out, or at another site by now: the page says so where it matters
  }
  return new DOMParser().parseFromString(await response.text(), "text/html").getElementById("desk-side");
};

const refreshNow = async () => {
  const fresh = await fetchSide().catch(() => null);
  const shown = document.getElementById("desk-side");
  if (fresh && shown && fresh.dataset.site === desk.dataset.site && !shown.contains(document.activeElement)) {
    shown.replaceWith(document.adoptNode(fresh));
  }
};

/** Ask for the side anew; several wishes at once are one question. */
export const refresh = () => {
  clearTimeout(timer);
  timer = setTimeout(refreshNow, WAIT_MS);
};
