// Passkeys: the browser asks whoever sits there, and its answer goes into a form that is then sent.
// Without script none of it is there: six digits work everywhere.
//   form[data-passkey-options]   sent with the answer to what that address asks
//   form[data-passkey-create]    sent with a passkey that is made as this attribute says
//   #passkey-presence            put beside each box for six digits of somebody who has a passkey
//   kengPasskeys.answerWithSecret   for a script that needs a secret of the passkey as well (PRF)
(() => {
  "use strict";
  if (!window.PublicKeyCredential) return;
  let asked = null;

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const withIds = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

  function readable(options) {
    const read = { ...options, challenge: bytes(options.challenge) };
    if (options.user) read.user = { ...options.user, id: bytes(options.user.id) };
    if (options.allowCredentials) read.allowCredentials = withIds(options.allowCredentials);
    if (options.excludeCredentials) read.excludeCredentials = withIds(options.excludeCredentials);
    if (options.salts) {
      read.extensions = { prf: { evalByCredential: options.salts } };
      delete read.salts;
    }
    return read;
  }

  // What the browser gives, as words that can be sent; of its extensions only whether there is a PRF.
  function sendable(made) {
    const { response } = made;
    const more = ["attestationObject", "authenticatorData", "signature", "userHandle"]
      .filter((name) => response[name])
      .map((name) => [name, text(response[name])]);
    const sent = { clientDataJSON: text(response.clientDataJSON), ...Object.fromEntries(more) };
    if (response.getTransports) sent.transports = response.getTransports();
    const { prf } = made.getClientExtensionResults();
    return JSON.stringify({
      id: made.id,
      rawId: text(made.rawId),
      type: made.type,
      authenticatorAttachment: made.authenticatorAttachment,
      clientExtensionResults: prf ? { prf: { enabled: prf.enabled === true } } : {},
      response: sent,
    });
  }

  async function optionsFrom(address, form) {
    const answer = await fetch(address, { method: "POST", body: new FormData(form), redirect: "error" });
    if (!answer.ok) throw new Error(answer.statusText);
    return answer.json();
  }

  // What the browser gives, or null where that is nothing: then it is said why.
  async function ask(kind, given, said) {
    if (asked) asked.abort();
    asked = new AbortController();
    try {
      const { options, why_not: whyNot } = await given();
      if (!options) {
        say(said, whyNot);
        return null;
      }
      return await navigator.credentials[kind]({ publicKey: readable(options), signal: asked.signal });
    } catch (error) {
      if (error.name === "AbortError") return null;
      const isThere = error.name === "InvalidStateError";
      const isEnded = error.name === "NotAllowedError";
      say(said, said?.dataset[isThere ? "isThere" : isEnded ? "ended" : "failed"]);
      return null;
    }
  }

  // Only passkeys with a salt are asked. The secret that one of them makes of its salt stays here.
  async function answerWithSecret(address, form, salts, said) {
    say(said, "");
    const made = await ask("get", async () => {
      const given = await optionsFrom(address, form);
      if (given.options) {
        given.options.allowCredentials = given.options.allowCredentials.filter((each) => salts.has(each.id));
        given.options.salts = Object.fromEntries(
          [...salts].map(([id, salt]) => [id, { first: salt }]),
        );
      }
      return given;
    }, said);
    if (!made) return null;
    const secret = made.getClientExtensionResults().prf?.results?.first;
    if (!secret) say(said, said?.dataset.failed);
    return secret ? { answer: sendable(made), credential: text(made.rawId), secret: new Uint8Array(secret) } : null;
  }

  function say(place, words) {
    if (!place) return;
    place.textContent = words || "";
    place.hidden = !words;
  }

  function put(form, answer) {
    let field = form.querySelector("input[name=passkey]");
    if (!field) {
      field = document.createElement("input");
      field.type = "hidden";
      field.name = "passkey";
      form.append(field);
    }
    field.value = answer;
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const { passkeyOptions, passkeyCreate } = form.dataset;
    if (!passkeyOptions && !passkeyCreate) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const said = form.querySelector("[data-passkey-said]");
    say(said, "");
    const made = passkeyCreate
      ? await ask("create", async () => ({ options: JSON.parse(passkeyCreate) }), said)
      : await ask("get", () => optionsFrom(passkeyOptions, form), said);
    if (!made) return;
    put(form, sendable(made));
    if (form.dispatchEvent(new CustomEvent("keng:passkey", { bubbles: true, cancelable: true }))) form.submit();
  }, true);

  function offer() {
    for (const part of document.querySelectorAll("[data-passkeys]")) part.hidden = false;
    const offered = document.getElementById("passkey-presence");
    if (!offered) return;
    for (const box of document.querySelectorAll("form:not([data-passkey-options]) input.otp")) {
      if (box.dataset.passkeys) continue;
      box.dataset.passkeys = "offered";
      const part = offered.content.cloneNode(true);
      const said = part.querySelector("[data-passkey-said]");
      part.querySelector("button").addEventListener("click", async () => {
        say(said, "");
        const made = await ask("get", () => optionsFrom(offered.dataset.options, box.form), said);
        if (!made) return;
        put(box.form, sendable(made));
        box.form.requestSubmit(box.form.querySelector("button:not([type=button])"));
      });
      box.after(part);
    }
  }

  for (const shown of ["htmx:afterSettle", "keng:page"]) document.addEventListener(shown, offer);
  window.kengPasskeys = { answerWithSecret, say };
  offer();
})();
