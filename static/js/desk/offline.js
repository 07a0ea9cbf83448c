// The desk opens without a network: a worker keeps its shell, and what the shell is made of.

import { keep, kept } from "./memory.js";

const SHELLS = "desk-shells";
const ASSETS = "desk-assets";
const SEAT = "desk-seat";
const KEPT = "desk-shell-kept";
const FRESH_MS = 15 * 60_000;

const desk = document.querySelector("[data-desk]");
const { deskUrl, shellUrl, workerUrl, site } = desk.dataset;

const read = (name) => kept(localStorage, name) ?? {};

const shellOf = (slug) => `${shellUrl}?site=${slug}`;

// Everything that the shell names, and that the same origin serves.
const keepAssets = async (shell) => {
  const page = new DOMParser().parseFromString(await shell.text(), "text/html");
  const named = [...page.querySelectorAll("link[href], script[src], use[href]")];
  const files = named.map((element) => (element.getAttribute("src") ?? element.getAttribute("href")).split("#")[0]);
  const assets = await caches.open(ASSETS);
  await assets.addAll([...new Set(files)].filter((file) => file.startsWith("/") && !file.startsWith(deskUrl)));
};

// The shell of this site stands for the desk; those of the other sites can be gone to without a network.
const keepShells = async () => {
  const mark = `${site} ${document.documentElement.lang} ${desk.dataset.version}`;
  const before = read(KEPT);
  if (before.mark === mark && Date.now() - before.at < FRESH_MS && Date.now() >= before.at) {
    return;
  }
  const shells = await caches.open(SHELLS);
  const others = [...document.querySelectorAll("[data-desk-shell]")].map((link) => link.dataset.deskShell);
  for (const slug of new Set([site, ...others])) {
    const shell = await fetch(shellOf(slug), { cache: "no-store" });
    if (!shell.ok || shell.redirected) {
      return;
    }
    await shells.put(shellOf(slug), shell.clone());
    if (slug === site) {
      await keepAssets(shell.clone());
      await shells.put(deskUrl, shell);
    }
  }
  keep(localStorage, KEPT, { mark, at: Date.now() });
};

/** Make this device ready for the next time without a network, and remember where one sits today. */
export const start = async (day) => {
  keep(localStorage, SEAT, { site, day });
  if (!("serviceWorker" in navigator) || !("caches" in window)) {
    return;
  }
  await navigator.serviceWorker.register(workerUrl, { scope: deskUrl });
  navigator.storage?.persist?.().catch(() => {}); // the browser may then not throw away what waits
  await keepShells();
};

const sitAt = async (slug, day) => {
  keep(localStorage, SEAT, { site: slug, day });
  const shells = await caches.open(SHELLS);
  const chosen = await shells.match(shellOf(slug));
  if (chosen) {
    await shells.put(deskUrl, chosen);
  }
  location.assign(shellOf(slug));
};

/** Without a network: ask once a day where one sits, where that can be several places; the answer stays for the day. */
export const askWhere = (day) => {
  const question = document.querySelector("[data-desk-where]");
  const seat = read(SEAT);
  if (!question || (seat.day === day && seat.site === site)) {
    return;
  }
  question.hidden = false;
  question.addEventListener("click", (event) => {
    const link = event.target.closest("[data-desk-shell]");
    if (link) {
      event.preventDefault();
      sitAt(link.dataset.deskShell, day);
    }
  });
};
