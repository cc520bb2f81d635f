// The page of one opening, and that of keys split anew. A share comes sealed to the officer's key, is unlocked here, and goes on at
// once, sealed to the opener's one-time key: the desk between the two reads it at no time.
//   form[data-opening]   its answer is a share to give; data-give is where it goes
(() => {
  "use strict";
  const { bytes, text } = kengHolderKey;

  async function sealedAnew(pair, told) {
    const share = await kengHpke.open(pair, { info: bytes(told.share_info) }, bytes(told.share));
    const sealed = await kengHpke.seal(bytes(told.one_time_key), { info: bytes(told.given_info) }, share);
    share.fill(0);
    return text(sealed);
  }

  // Of an opening there is one share, of keys that are split anew one of each.
  async function give(form, pair, told) {
    const sealed = [];
    for (const each of told.shares || [told]) sealed.push(await sealedAnew(pair, each));
    const body = new FormData();
    body.set("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
    body.set("sealed", sealed.join(" "));
    const answer = await fetch(form.dataset.give, { method: "POST", body, redirect: "error" });
    return answer.json();
  }

  // In this order: whoever agrees has agreed, and that is on record, before a share exists for them.
  async function act(form, way) {
    const unlocked = await kengUnlock.unlocked(form, way);
    if (!unlocked) return;
    const told = await kengUnlock.sendForm(form, unlocked.sent);
    if (!told) return;
    try {
      const { next, said } = await give(form, unlocked.pair, told);
      if (next) location.assign(next);
      else kengUnlock.say(form, said);
    } catch {
      kengUnlock.say(form, form.dataset.noNetwork);
    }
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!("opening" in form.dataset)) return;
    event.preventDefault();
    form.setAttribute("aria-busy", "true");
    try {
      await act(form, event.submitter?.dataset.unlockWith || "phrase");
    } finally {
      form.removeAttribute("aria-busy");
    }
  });
  // The page asks by itself how far it is, and goes on anew then: not under somebody's hands.
  document.addEventListener("htmx:beforeRequest", (event) => {
    const typed = [...document.querySelectorAll("[data-phrase]")].some((box) => box.value);
    if (typed || document.querySelector("form[aria-busy]")) event.preventDefault();
  });
  function offer() {
    for (const part of document.querySelectorAll("[data-holder-needs-script]")) part.hidden = false;
  }
  // From a tip one comes here in place (in-place.js), and so does the next opening.
  document.addEventListener("keng:page", offer);
  offer();
  // What was opened is not there any more when one comes back, and the cover of the screen removes it.
  const opened = document.getElementById("opened");
  const forget = () => opened?.replaceChildren();
  addEventListener("pagehide", forget);
  document.addEventListener("keng:screen", () => "covered" in document.body.dataset && forget());
})();
