// Passkeys: the forms show themselves where the browser can use them, ask an authenticator, and are then sent as any other.
(() => {
  const ACTS = { create: navigator.credentials?.create, get: navigator.credentials?.get };
  const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
  const toText = (bytes) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  // What the server asks for, with bytes where it wrote base64url (WebAuthn, section 5.1.8).
  const parse = (options) => {
    const withId = (each) => ({ ...each, id: toBytes(each.id) });
    const found = { ...options, challenge: toBytes(options.challenge) };
    if (options.user) found.user = withId(options.user);
    for (const list of ["excludeCredentials", "allowCredentials"]) found[list] = (options[list] ?? []).map(withId);
    return found;
  };

  const write = (credential) => {
    const given = credential.response;
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (given[part]) response[part] = toText(given[part]);
    }
    return JSON.stringify({ id: credential.id, rawId: toText(credential.rawId), type: credential.type, response });
  };

  class Refusal extends Error {} // in words for people; a browser's own are for developers

  const ask = async (form) => {
    const answer = await fetch(`${form.getAttribute("action")}/begin`, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      credentials: "same-origin",
    });
    const said = await answer.json();
    if (!answer.ok) throw new Refusal(said.problem ?? form.dataset.failed);
    const credential = await ACTS[form.dataset.passkey].call(navigator.credentials, { publicKey: parse(said) });
    return write(credential);
  };

  const show = () => {
    for (const form of document.querySelectorAll("[data-passkey]")) {
      if (!window.PublicKeyCredential || location.origin !== form.dataset.origin) continue;
      form.hidden = false;
      document.querySelector("[data-passkey-elsewhere]")?.setAttribute("hidden", "");
    }
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (form.dataset.passkey === undefined) return;
    event.preventDefault();
    const says = form.querySelector("[data-passkey-says]");
    const button = form.querySelector("button");
    says.textContent = "";
    button.disabled = true;
    try {
      form.elements.answer.value = await ask(form);
      form.submit();
    } catch (error) {
      says.textContent = error instanceof Refusal ? error.message : form.dataset.failed;
      button.disabled = false;
    }
  });
  document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", show) : show();
})();
