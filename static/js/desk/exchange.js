// One question to the server, and what its answer means.

const PATIENCE_MS = 15_000;

// What the person is told; all but the first mean that nothing is being sent.
export const ONLINE = "online";
export const OFFLINE = "offline";
export const SIGNED_OUT = "signed-out";
export const FORBIDDEN = "forbidden";
export const TROUBLE = "trouble";
const OLD_TOKEN = "old-token";

/** Nothing was answered for, and why. */
export class NotSent extends Error {
  constructor(state) {
    super(state);
    this.state = state;
  }
}

const token = () => /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";

const ask = async (address, entries) => {
  try {
    return await fetch(address, {
      method: "PUT",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token() },
      body: JSON.stringify({ entries }),
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch {
    throw new NotSent(OFFLINE);
  }
};

const isJson = (response) => (response.headers.get("Content-Type") ?? "").startsWith("application/json");

const readAnswer = async (response) => {
  if (response.status === 401 || response.redirected) {
    throw new NotSent(SIGNED_OUT); // also where a second factor is asked for
  }
  if (response.status === 403) {
    throw new NotSent(isJson(response) ? FORBIDDEN : OLD_TOKEN);
  }
  if (response.status >= 502 && response.status <= 504) {
    throw new NotSent(OFFLINE); // somebody answers for a server that is away
  }
  if (!response.ok || !isJson(response)) {
    throw new NotSent(TROUBLE);
  }
  try {
    return await response.json();
  } catch {
    throw new NotSent(OFFLINE); // cut off half-way
  }
};

// The cookie with the token went away, or is older than the sign-in: any page that holds a form brings a new one.
const renewToken = async (page) => {
  const response = await fetch(page, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => null);
  if (!response) {
    throw new NotSent(OFFLINE);
  }
  if (!new URL(response.url).pathname.startsWith(page)) {
    throw new NotSent(SIGNED_OUT);
  }
};

/** Send entries and read what became of each; throws NotSent. */
export const put = async ({ entriesUrl, deskUrl }, entries) => {
  try {
    return await readAnswer(await ask(entriesUrl, entries));
  } catch (error) {
    if (error.state !== OLD_TOKEN) {
      throw error;
    }
    await renewToken(deskUrl);
    return readAnswer(await ask(entriesUrl, entries));
  }
};
