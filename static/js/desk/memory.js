// Small things that this window or this device remembers. Where storage is refused, nothing is remembered.

/** Remember a value under a name, in `localStorage` or `sessionStorage`. */
export const keep = (place, name, value) => {
  try {
    place.setItem(name, JSON.stringify(value));
  } catch {
    // Refused, or full: the page works without.
  }
};

/** What is remembered under a name; nothing where it cannot be read. */
export const kept = (place, name) => {
  try {
    return JSON.parse(place.getItem(name));
  } catch {
    return null;
  }
};
