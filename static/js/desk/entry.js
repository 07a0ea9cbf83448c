// The form as an entry, and an entry as the form again.

const DETAILS = ["audience", "status", "education", "territory", "how_heard", "gender", "age_band", "first_visit", "referred_to"];
const ANSWERS = ["way", "language", "duration"];
const NOT_ASKED = "NOT_ASKED";
const CONTACT = "contact";
const USUAL_LENGTH = "FROM_15";
const LARGEST_PARTY = 50;

const boxes = (form) => [...form.querySelectorAll("[name=themes]")];

/** A number that says nothing: of the browser where it may, else of the same kind. */
export const newKey = () => {
  if (crypto.randomUUID) {
    return crypto.randomUUID();
  }
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const text = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
};

/** What the form says; the day is added by whoever knows the clock. */
export const read = (form) => {
  const value = (name, otherwise = "") => form.elements[name]?.value || otherwise;
  const given = Object.fromEntries(ANSWERS.map((name) => [name, value(name)]));
  const said = Object.fromEntries(DETAILS.map((name) => [name, value(name, NOT_ASKED)]));
  return {
    key: value("key", newKey()),
    edition: Number(value("edition", "1")),
    kind: form.dataset.deskKind ?? CONTACT,
    site: value("site"),
    themes: boxes(form).filter((box) => box.checked).map((box) => box.value),
    headcount: Number(value("headcount")),
    ...given,
    ...said,
  };
};

/** The fields that keep an entry from being logged. */
export const problems = (entry) => {
  if (entry.kind !== CONTACT) {
    return [];
  }
  const isParty = Number.isInteger(entry.headcount) && entry.headcount >= 1 && entry.headcount <= LARGEST_PARTY;
  return [...(entry.themes.length ? [] : ["themes"]), ...(isParty ? [] : ["headcount"])];
};

const set = (field, value) => {
  if (field && value !== undefined) {
    field.value = value;
  }
};

/** Put an entry into the form; what stays closed is opened where it says something. */
export const fill = (form, entry) => {
  form.dataset.deskKind = entry.kind ?? CONTACT; // of a count, only the day can be wrong
  for (const name of ["key", "edition", "site", "headcount", "day", "half_day", ...ANSWERS, ...DETAILS]) {
    set(form.elements[name], entry[name]);
  }
  for (const box of boxes(form)) {
    box.checked = (entry.themes ?? []).includes(box.value);
  }
  const details = form.querySelector("[data-desk-details]");
  if (details) {
    details.open = DETAILS.some((name) => (entry[name] ?? NOT_ASKED) !== NOT_ASKED);
  }
};

/** Add to the form what else was noted: people, details, more themes. */
export const add = (form, noted) => {
  for (const name of ["headcount", ...DETAILS]) {
    const field = form.elements[name];
    if (field && noted[name] && field.value !== String(noted[name])) {
      field.value = noted[name];
      field.closest("details")?.setAttribute("open", "");
    }
  }
  for (const box of boxes(form)) {
    box.checked ||= noted.themes.includes(box.value);
  }
};

/** Make the form ready for the next person: way and language stay, theme and people never. */
export const clear = (form, site) => {
  const nothing = Object.fromEntries(DETAILS.map((name) => [name, NOT_ASKED]));
  fill(form, { ...nothing, key: newKey(), edition: 1, site, headcount: 1, duration: USUAL_LENGTH, themes: [] });
};

const labelOf = (form, name, value) =>
  [...(form.elements[name]?.options ?? [])].find((option) => option.value === value)?.label ?? "";

/** An entry in the words of the form. */
export const inWords = (form, entry) => {
  if (entry.kind !== CONTACT) {
    return document.querySelector(`[data-desk-count="${entry.kind}"]`)?.dataset.deskLabel ?? entry.kind;
  }
  const names = boxes(form).map((box) => [box.value, box.closest("label").querySelector("[data-desk-name]").textContent.trim()]);
  const known = new Map(names);
  const themes = (entry.themes ?? []).map((code) => known.get(code) ?? code);
  return [...themes, labelOf(form, "way", entry.way)].filter(Boolean).join(", ");
};
