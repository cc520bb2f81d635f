// The holder's key of a form, unwrapped by whoever sits there: with a passkey, whose answer also says
// that they are there, or with the opening phrase, beside which the form has a box for six digits.
//   form[data-key]                what is unwrapped: {point, wraps}
//   form [data-unlock-with]       "passkey" or "phrase"
//   kengUnlock.unlocked(form, way, options) -> {pair, sent}, or null where it was said why not
//   kengUnlock.sendForm(form, more) -> what the desk answered
(() => {
  "use strict";
  const { bytes } = kengHolderKey;
  const said = (form) => form.querySelector("[data-passkey-said]");

  function say(form, words) {
    said(form).textContent = words || "";
    said(form).hidden = !words;
  }

  async function byPasskey(form, { point, wraps }, options) {
    const own = wraps.filter((wrap) => wrap.kind === "passkey");
    const salts = new Map(own.map((wrap) => [wrap.credential, bytes(wrap.salt)]));
    const given = await kengPasskeys.answerWithSecret(form.dataset.options, form, salts, said(form));
    if (!given) return null;
    const wrap = own.find(({ credential }) => credential === given.credential);
    const by = { prf: given.secret };
    const pair = await kengHolderKey.unwrap(bytes(wrap.wrapped), bytes(point), by, bytes(wrap.salt), options);
    return { pair, sent: { passkey: given.answer } };
  }

  async function byPhrase(form, { point, wraps }, options) {
    const read = kengPhrase.read(form.querySelector("[data-phrase]").value);
    if (!read.phrase) {
      say(form, form.dataset.wrongGroup.replace("{n}", read.group));
      return null;
    }
    const wrap = wraps.find(({ kind }) => kind === "phrase");
    try {
      const by = { phrase: read.phrase };
      const pair = await kengHolderKey.unwrap(bytes(wrap.wrapped), bytes(point), by, bytes(wrap.salt), options);
      return { pair, sent: {} };
    } catch {
      say(form, form.dataset.wrongPhrase);
      return null;
    }
  }

  async function unlocked(form, way, options = {}) {
    say(form, "");
    return (way === "passkey" ? byPasskey : byPhrase)(form, JSON.parse(form.dataset.key), options);
  }

  // Neither a phrase nor anything that a passkey gave is in a field with a name, so neither is sent.
  async function sendForm(form, more) {
    const body = new FormData(form);
    for (const [name, value] of Object.entries(more)) body.set(name, value);
    try {
      const answer = await fetch(form.action, { method: "POST", body, redirect: "error" });
      const told = await answer.json();
      if (told.said) say(form, told.said);
      return answer.ok ? told : null;
    } catch {
      say(form, form.dataset.noNetwork);
      return null;
    }
  }

  window.kengUnlock = { unlocked, sendForm, say, said };
})();
