// Does the work that keeps robots out while the visitor reads; a button that is pressed too soon waits for it.
// Where the browser cannot (no secure connection), the form goes without: the portal takes a few of those.
(() => {
  const COUNTER_BYTES = 4;

  const bytes = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
  const text = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

  const derive = async ({ nonce, salt, cost, keyLength }, counter) => {
    const start = bytes(nonce);
    const password = new Uint8Array(start.length + COUNTER_BYTES);
    password.set(start);
    new DataView(password.buffer).setUint32(start.length, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: cost };
    return text(await crypto.subtle.deriveBits(how, key, keyLength * 8));
  };

  const solve = async ({ parameters }) => {
    for (let counter = 0; ; counter += 1) {
      const derivedKey = await derive(parameters, counter);
      if (derivedKey.startsWith(parameters.keyPrefix)) return { counter, derivedKey };
    }
  };

  const guard = (field) => {
    const { form } = field;
    const status = form.querySelector("[data-proof-status]");
    const challenge = JSON.parse(field.dataset.proof);
    let isReady = false;
    let pressed;

    form.addEventListener("submit", (event) => {
      if (isReady) return;
      event.preventDefault();
      pressed = event;
      status.textContent = status.dataset.waiting;
    });

    const finish = () => {
      isReady = true;
      status.textContent = "";
      if (pressed) form.requestSubmit(pressed.submitter);
    };

    solve(challenge)
      .then((solution) => {
        field.value = btoa(JSON.stringify({ challenge, solution }));
      })
      .finally(finish);
  };

  if (window.crypto?.subtle) document.querySelectorAll("[data-proof]").forEach(guard);
})();
