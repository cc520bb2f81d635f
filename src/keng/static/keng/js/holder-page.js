// The page of one's own key for opening: made and wrapped here; the phrase is shown once, on this page.
//   form[data-holder="make"]      a new key, with a phrase, and with a passkey where one is at hand
//   form[data-holder="passkey"]   one more passkey, let in by the phrase
//   form[data-holder="phrase"]    another phrase, let in by a passkey or by the old phrase
(() => {
  "use strict";
  const { text } = kengHolderKey;
  const SALT_SIZE = 32;
  const newSalt = () => crypto.getRandomValues(new Uint8Array(SALT_SIZE));
  const shown = document.getElementById("phrase-shown");

  async function wrapOf(pair, kind, by, salt, credential = "") {
    const wrapped = await kengHolderKey.wrap(pair, by, salt);
    return { kind, credential, salt: text(salt), wrapped: text(wrapped) };
  }

  // A passkey that unwraps nothing yet: its answer, its secret, and the salt that it was made of.
  async function newPasskey(form) {
    const salt = newSalt();
    const salts = new Map(JSON.parse(form.dataset.able).map((id) => [id, salt]));
    const given = await kengPasskeys.answerWithSecret(form.dataset.options, form, salts, kengUnlock.said(form));
    return given && { ...given, salt };
  }

  async function make(form, way) {
    const given = way === "passkey" ? await newPasskey(form) : null;
    if (way === "passkey" && !given) return;
    const pair = await kengHolderKey.make();
    const phrase = kengPhrase.draw();
    const wraps = [await wrapOf(pair, "phrase", { phrase }, newSalt())];
    if (given) wraps.push(await wrapOf(pair, "passkey", { prf: given.secret }, given.salt, given.credential));
    const more = { public_key: text(pair.point), wraps: JSON.stringify(wraps) };
    if (given) more.passkey = given.answer;
    if (await kengUnlock.sendForm(form, more)) show(phrase);
  }

  async function addPasskey(form) {
    const letIn = await kengUnlock.unlocked(form, "phrase", { toWrap: true });
    const given = letIn && (await newPasskey(form));
    if (!given) return;
    const wrap = await wrapOf(letIn.pair, "passkey", { prf: given.secret }, given.salt, given.credential);
    const more = { wraps: JSON.stringify([wrap]), passkey: given.answer };
    if (await kengUnlock.sendForm(form, more)) location.reload();
  }

  async function renewPhrase(form, way) {
    const letIn = await kengUnlock.unlocked(form, way, { toWrap: true });
    if (!letIn) return;
    const phrase = kengPhrase.draw();
    const wrap = await wrapOf(letIn.pair, "phrase", { phrase }, newSalt());
    if (await kengUnlock.sendForm(form, { wraps: JSON.stringify([wrap]), ...letIn.sent })) show(phrase);
  }

  function show(phrase) {
    for (const part of document.querySelectorAll("[data-before-phrase]")) part.remove();
    const list = shown.querySelector("ol");
    list.replaceChildren(...phrase.split("-").map((group) => {
      const item = document.createElement("li");
      item.textContent = group;
      return item;
    }));
    shown.hidden = false;
    shown.querySelector("h2").focus();
  }

  const DOES = new Map([["make", make], ["passkey", addPasskey], ["phrase", renewPhrase]]);
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const does = DOES.get(form.dataset.holder);
    if (!does) return;
    event.preventDefault();
    const way = event.submitter?.dataset.unlockWith || "phrase";
    form.setAttribute("aria-busy", "true");
    try {
      await does(form, way);
    } finally {
      form.removeAttribute("aria-busy");
    }
  });
  // Back from another page, it is not there any more.
  addEventListener("pagehide", () => shown.querySelector("ol").replaceChildren());
  for (const part of document.querySelectorAll("[data-holder-needs-script]")) part.hidden = false;
})();
