// Puts the places in the order of their distance from the visitor. The position stays on this page: it is never sent.
(() => {
  const EARTH_RADIUS_KM = 6371; // as in sites/geography.py
  const PATIENCE_MS = 10000;
  const DENIED = 1;

  const offer = document.querySelector("[data-position]");
  const status = document.querySelector("[data-position-status]");
  const list = document.querySelector("[data-places]");
  if (!offer || !status || !list || !window.isSecureContext || !("geolocation" in navigator)) return;

  const button = offer.querySelector("button");
  const radians = (degrees) => (degrees * Math.PI) / 180;

  const distance = (from, to) => {
    const up = Math.sin(radians(to.latitude - from.latitude) / 2) ** 2;
    const across = Math.sin(radians(to.longitude - from.longitude) / 2) ** 2;
    const half = up + Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * across;
    return 2 * EARTH_RADIUS_KM * Math.asin(Math.sqrt(Math.min(1, half)));
  };

  const measured = (item, here) => {
    const { latitude, longitude } = item.dataset;
    const km = latitude && longitude ? distance(here, { latitude: +latitude, longitude: +longitude }) : Infinity;
    return { item, km };
  };

  const inWords = (far, near, km) => (km < 1 ? near : far.replace("{km}", Math.round(km)));

  const write = ({ item, km }) => {
    const line = item.querySelector("[data-distance]");
    line.hidden = km === Infinity;
    line.textContent = inWords(line.dataset.distance, line.dataset.distanceNear, km);
    list.append(item);
  };

  const say = (text) => {
    button.removeAttribute("aria-disabled");
    status.textContent = text;
  };

  const show = ({ coords }) => {
    const found = [...list.children]
      .map((item) => measured(item, coords))
      .sort((one, other) => (one.km > other.km) - (one.km < other.km)); // two unknown distances are equal
    found.forEach(write);
    const [nearest] = found;
    const name = nearest.item.querySelector("h2").textContent.trim();
    say(inWords(status.dataset.found, status.dataset.foundNear, nearest.km).replace("{place}", () => name));
  };

  const excuse = ({ code }) => say(code === DENIED ? status.dataset.denied : status.dataset.unknown);

  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    status.textContent = status.dataset.asking;
    navigator.geolocation.getCurrentPosition(show, excuse, { timeout: PATIENCE_MS, maximumAge: PATIENCE_MS });
  });
  offer.hidden = false;
})();
