"use strict";

// Passkeys. A form with data-passkey ("create" or "get") asks the browser for a credential and is sent with it.
// What to ask for lies in a block of JSON (data-passkey-options) or at an address (data-passkey-address).
(() => {
  const asksForPasskey = { authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" } };

  async function readOptions(form) {
    if (form.dataset.passkeyOptions) {
      return JSON.parse(document.getElementById(form.dataset.passkeyOptions).textContent);
    }
    const answer = await fetch(form.dataset.passkeyAddress, { headers: { Accept: "application/json" } });
    if (!answer.ok) {
      throw new Error(`The portal answered ${answer.status}`);
    }
    return (await answer.json()).request_options;
  }

  async function askBrowser(form) {
    const options = await readOptions(form);
    if (form.dataset.passkey === "get") {
      return window.webauthnJSON.get(options);
    }
    return window.webauthnJSON.create({ ...options, publicKey: { ...options.publicKey, ...asksForPasskey } });
  }

  async function send(form, button) {
    const trouble = form.querySelector("[data-passkey-trouble]");
    trouble.hidden = true;
    button.disabled = true;
    try {
      form.elements.credential.value = JSON.stringify(await askBrowser(form));
      form.submit();
    } catch {
      // Refused, forgotten or too slow: the browser has said why, and the person may try again.
      trouble.hidden = false;
      button.disabled = false;
      button.focus();
    }
  }

  if (!window.webauthnJSON?.supported()) {
    return;
  }
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.querySelector("[data-passkey-unknown]").hidden = true;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form, event.submitter ?? form.querySelector("button"));
    });
  }
})();
