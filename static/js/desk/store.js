// What is logged waits here, on this device, until the server has answered for it.

const NAME = "desk";
const ENTRIES = "entries";
const SETTLED = "settled";
const CHANGED = new EventTarget();
const tabs = "BroadcastChannel" in window ? new BroadcastChannel(NAME) : null;
let opening = null;

const open = () => {
  opening ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(ENTRIES, { keyPath: "key" }).createIndex("place", "place");
    asked.onsuccess = () => {
      asked.result.onclose = () => {
        opening = null;
      };
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
  });
  opening.catch(() => {
    opening = null; // the next one tries again
  });
  return opening;
};

const answer = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

// One transaction: what is written is on the disk when the promise is kept.
const within = async (mode, work) => {
  const transaction = (await open()).transaction(ENTRIES, mode, { durability: "strict" });
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  const result = await work(transaction.objectStore(ENTRIES));
  await done;
  return result;
};

const change = async (work, news = "change") => {
  await within("readwrite", work);
  CHANGED.dispatchEvent(new Event("change"));
  tabs?.postMessage(news);
};

const inOrder = (entries) => answer(entries.index("place").getAll());

const nextPlace = async (entries) => {
  const cursor = await answer(entries.index("place").openCursor(null, "prev"));
  return (cursor?.value.place ?? 0) + 1;
};

/** Call back whenever the entries have changed, in any tab. */
export const onChange = (act) => {
  CHANGED.addEventListener("change", act);
  tabs?.addEventListener("message", act);
};

/** Call back whenever the server has answered to another tab. */
export const onSettledElsewhere = (act) => tabs?.addEventListener("message", ({ data }) => data === SETTLED && act());

/** All that waits or was refused, the oldest first. */
export const all = () => within("readonly", inOrder);

/** Keep an entry until it is answered; a corrected one takes the place of its earlier edition. */
export const add = (entry) =>
  change(async (entries) => {
    const earlier = await answer(entries.get(entry.key));
    const place = earlier?.place ?? (await nextPlace(entries));
    const isTried = Boolean(earlier?.isTried || entry.edition > 1);
    await answer(entries.put({ ...entry, place, isTried, state: "waiting", reason: "", field: "" }));
  });

/** Take an entry back: at once where nobody has heard of it, else by telling the server. */
export const undo = (entry) =>
  change(async (entries) => {
    const kept = await answer(entries.get(entry.key));
    if (kept && !kept.isTried) {
      await answer(entries.delete(entry.key));
      return;
    }
    const edition = Math.max(kept?.edition ?? 0, entry.edition) + 1;
    const place = kept?.place ?? (await nextPlace(entries));
    await answer(entries.put({ ...entry, ...kept, edition, place, undone: true, isTried: true, state: "waiting", reason: "", field: "" }));
  });

/** The oldest that wait and whose day is sure; from now on the server may know of them. */
export const takeBatch = (size) =>
  within("readwrite", async (entries) => {
    const waiting = (await inOrder(entries)).filter(({ state, isSure }) => state === "waiting" && isSure).slice(0, size);
    const untried = waiting.filter(({ isTried }) => !isTried);
    await Promise.all(untried.map((entry) => answer(entries.put({ ...entry, isTried: true }))));
    return waiting;
  });

/** Change what waits of an entry, unless it has been corrected meanwhile. */
const settleOne = async (entries, sent, { kept, field, reason }) => {
  const now = await answer(entries.get(sent.key));
  if (!now || now.edition !== sent.edition) {
    return;
  }
  await answer(kept ? entries.delete(sent.key) : entries.put({ ...now, state: "refused", field: field ?? "", reason: reason ?? "" }));
};

/** Forget what the server has kept, and keep what it has refused with its reason. */
export const settle = (sent, answers) =>
  change(async (entries) => {
    const of = new Map(answers.map((one) => [one.key, one]));
    for (const entry of sent.filter(({ key }) => of.has(key))) {
      await settleOne(entries, entry, of.get(entry.key));
    }
  }, SETTLED);

/** Write the day of entries whose clock was in doubt, or that nobody can tell it. */
export const date = (dated) =>
  change(async (entries) => {
    for (const { entry, moment } of dated) {
      const now = await answer(entries.get(entry.key));
      if (now && now.edition === entry.edition && now.state === "waiting") {
        const found = moment ? { ...moment, isSure: true } : { state: "refused", field: "day", reason: "" };
        await answer(entries.put({ ...now, ...found }));
      }
    }
  });
