// The screen lock: when nobody was at any page of the desk for long, each of them is covered. What was
// typed stays beneath; the cover opens with a passkey, a PIN or six digits, and the page goes on.
// The desk locks by itself as well: a page that is not covered yet is told so at its next request.
(() => {
  "use strict";
  const cover = document.getElementById("screen-cover");
  if (!cover) return;
  const AFTER = Number(cover.dataset.after) * 1000;
  const SAY_EVERY = 60_000;
  const ACTIVE = "keng-active";
  const LOCKED = "keng-locked";
  const UNLOCKED = "keng-unlocked";
  // Whose page this is: who signs in after them on this computer opens no cover of theirs.
  const HEADERS = { "X-Keng-Cover": cover.dataset.whose };
  const form = cover.querySelector("form[data-unlock]");
  const alarm = document.getElementById("alarm");
  let title = document.title;
  let saidAt = Date.now();
  // Where one was before the menu was opened, and where one was when it locked.
  let beforeMenu = null;
  let leftFrom = null;

  const token = () => form.querySelector("[name=csrfmiddlewaretoken]").value;
  const lastActive = () => Number(localStorage.getItem(ACTIVE)) || 0;
  const send = (address, body = new URLSearchParams()) =>
    fetch(address, { method: "POST", body, headers: { ...HEADERS, "X-CSRFToken": token() }, redirect: "manual" });

  // Every tab of the desk knows when somebody was last at one of them.
  function seen() {
    if (cover.open) return;
    const now = Date.now();
    localStorage.setItem(ACTIVE, String(now));
    if (now - saidAt < SAY_EVERY) return;
    saidAt = now;
    send(cover.dataset.awake).then((answer) => answer.status === 423 && close()).catch(() => {});
  }

  function close() {
    if (cover.open) return;
    document.title = cover.dataset.title;
    document.body.dataset.covered = "";
    // The words of the bar go at once; how many ring comes back with the next look.
    if (alarm) {
      alarm.replaceChildren();
      cover.prepend(alarm);
    }
    say("");
    const at = document.activeElement;
    leftFrom = at?.closest("details.menu") ? beforeMenu : at;
    for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
    cover.showModal();
    document.dispatchEvent(new Event("keng:screen"));
  }

  function open() {
    localStorage.setItem(ACTIVE, String(Date.now()));
    saidAt = Date.now();
    delete document.body.dataset.covered;
    document.title = title;
    if (alarm) {
      alarm.replaceChildren();
      document.body.prepend(alarm);
    }
    form.reset();
    cover.close();
    const back = leftFrom?.isConnected && leftFrom !== document.body ? leftFrom : document.getElementById("main");
    back?.focus({ preventScroll: true });
    document.dispatchEvent(new Event("keng:screen"));
  }

  function lockNow() {
    localStorage.setItem(LOCKED, String(Date.now()));
    close();
    const askAnew = () => document.dispatchEvent(new Event("keng:screen"));
    send(cover.dataset.lock).then(askAnew).catch(() => {});
  }

  function say(words) {
    const place = cover.querySelector("[data-unlock-said]");
    place.textContent = words;
    place.hidden = !words;
  }

  async function unlock(from) {
    try {
      const answer = await send(form.action, new URLSearchParams(new FormData(from)));
      if (answer.status === 204) {
        open();
        localStorage.removeItem(LOCKED);
        localStorage.setItem(UNLOCKED, `${cover.dataset.whose} ${Date.now()}`);
        return;
      }
      const said = answer.status === 422 ? await answer.json() : { over: true };
      if (said.over) location.assign(cover.dataset.signIn);
      else say(said.said);
    } catch {
      say(cover.dataset.noNetwork);
    } finally {
      form.reset();
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    unlock(form);
  });
  // The answer of a passkey: sent here, without leaving the page.
  cover.addEventListener("keng:passkey", (event) => {
    event.preventDefault();
    unlock(event.target);
  });
  // Esc closes a dialog, and not this one.
  cover.addEventListener("cancel", (event) => event.preventDefault());
  cover.addEventListener("close", () => {
    if ("covered" in document.body.dataset) cover.showModal();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-lock-screen]")) return;
    event.preventDefault();
    lockNow();
  });
  document.addEventListener("focusin", ({ target }) => {
    if (!target.closest("dialog, details.menu")) beforeMenu = target;
  });
  for (const kind of ["keydown", "pointerdown", "wheel"]) {
    document.addEventListener(kind, seen, { capture: true, passive: true });
  }
  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 423) close();
  });
  document.addEventListener("keng:locked", close);
  document.addEventListener("keng:page", () => {
    title = document.title;
    if (cover.open) document.title = cover.dataset.title;
  });
  addEventListener("storage", (event) => {
    if (event.key === LOCKED && event.newValue) close();
    if (event.key === UNLOCKED && event.newValue?.startsWith(`${cover.dataset.whose} `) && cover.open) open();
  });
  localStorage.setItem(ACTIVE, String(Date.now()));
  localStorage.removeItem(LOCKED);
  if (AFTER) setInterval(() => {
    if (!cover.open && Date.now() - lastActive() >= AFTER) lockNow();
  }, 1000);
})();
