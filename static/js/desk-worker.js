// Worker of the desk: opens it without a network. It keeps the shell of the desk and what that is made of, never an
// answer about a person, and it never sends: what waits is sent by the desk itself.
"use strict";

const SHELLS = "desk-shells";
const ASSETS = "desk-assets";
const PATIENCE_MS = 4000;
const AWAY_MS = 10_000;

const desk = new URL(self.registration.scope).pathname;
const shell = `${desk}shell/`;
const pages = [desk, shell, `${desk}site/`];

let awaySince = 0; // when the server last did not answer: what belongs to the same page need not wait again

const isAway = () => Date.now() - awaySince < AWAY_MS;

// A server that says nothing for so long counts as away; what it says later, at length, is not cut off.
const fetchSoon = (request) =>
  Promise.race([
    fetch(request),
    new Promise((_resolve, reject) => {
      setTimeout(() => reject(new Error("No answer")), PATIENCE_MS);
    }),
  ]);

const ask = async (request) => {
  try {
    const response = await fetchSoon(request);
    awaySince = 0;
    return response;
  } catch (error) {
    awaySince = Date.now();
    throw error;
  }
};

const keep = async (request, response) => {
  if (response.ok && response.type === "basic") {
    const assets = await caches.open(ASSETS);
    await assets.put(request, response);
  }
};

const shellFor = async (url) => {
  const shells = await caches.open(SHELLS);
  return (url.pathname === shell && (await shells.match(url.pathname + url.search))) || shells.match(desk);
};

// The server first; where it is away, the shell, with what stands in the address.
const openPage = async (event, url) => {
  try {
    const response = await ask(event.request);
    const isAnswered = response.status < 502 || response.status > 504;
    return isAnswered ? response : ((await shellFor(url)) ?? response);
  } catch (error) {
    const kept = await shellFor(url);
    if (kept) {
      return kept;
    }
    throw error;
  }
};

const openAsset = async (event) => {
  const kept = await caches.match(event.request, { cacheName: ASSETS, ignoreSearch: true });
  if (kept && isAway()) {
    return kept;
  }
  try {
    const response = await ask(event.request);
    event.waitUntil(keep(event.request, response.clone()));
    return response;
  } catch (error) {
    if (kept) {
      return kept;
    }
    throw error;
  }
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) {
    return;
  }
  if (event.request.mode === "navigate") {
    if (pages.includes(url.pathname)) {
      event.respondWith(openPage(event, url));
    }
  } else if (url.pathname.startsWith("/static/")) {
    event.respondWith(openAsset(event));
  }
});
