// Critical tips that nobody has taken: every page of the desk asks for them (changes.js says when), shows
// the bar and rings.
// The sound is switched off on this device alone; the bar stays until somebody takes the tip.
// Each of them is read out once in this tab; walking through them moves the bar and not the page.
(() => {
  "use strict";
  const RING_EVERY = 4_000;
  const LONGEST_PRESS = 1_000;
  const MUTED = "keng-alarm-muted";
  const KNOWN = "keng-alarm-known";
  const slot = document.getElementById("alarm");
  if (!slot) return;
  const said = document.getElementById("alarm-said");
  let at = "";
  let last = slot.innerHTML.trim();
  let sound = null;
  let rang = 0;
  // Answers come in any order: one is passed over where a later question was answered before.
  let asks = 0;
  let shownAsk = 0;
  // Of a button of the mouse, or a finger: 0 while none is down.
  let pressedAt = 0;

  const ringing = () => slot.querySelector("[data-alarm]");
  const muted = () => localStorage.getItem(MUTED) === "1";

  // Two strokes of a gong, made here: no file to fetch.
  function ring() {
    if (!ringing() || muted() || Date.now() - rang < RING_EVERY) return;
    rang = Date.now();
    sound ||= new AudioContext();
    if (sound.state === "suspended") sound.resume().catch(() => {});
    for (const [pitch, delay] of [[880, 0], [660, 0.35]]) {
      const tone = sound.createOscillator();
      const volume = sound.createGain();
      const start = sound.currentTime + delay;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.3, start);
      volume.gain.exponentialRampToValueAtTime(0.001, start + 0.6);
      tone.connect(volume).connect(sound.destination);
      tone.start(start);
      tone.stop(start + 0.6);
    }
  }

  function show() {
    const button = slot.querySelector("[data-mute]");
    if (button) {
      button.hidden = false;
      button.setAttribute("aria-pressed", String(muted()));
    }
    tick();
    ring();
    readOut();
  }

  // What rings anew is said in words, whichever of them the bar shows.
  function readOut() {
    const known = (sessionStorage.getItem(KNOWN) || "").split(" ");
    const bars = [...slot.querySelectorAll("[data-alarm]")].map(({ dataset }) => ({
      words: dataset.said,
      marks: dataset.all.split(" "),
    }));
    const anew = bars.filter(({ marks }) => marks.some((mark) => !known.includes(mark)));
    if (anew.length) said.textContent = anew.map(({ words }) => words).join(" ");
    sessionStorage.setItem(KNOWN, bars.flatMap(({ marks }) => marks).join(" "));
  }

  function tick() {
    const since = slot.querySelector("[data-since]");
    if (!since) return;
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(since.dataset.since)) / 1000));
    since.textContent = ` ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  // Whether it was answered: else it is asked for again soon (changes.js).
  async function ask() {
    try {
      const asked = at;
      asks += 1;
      const number = asks;
      const from = new URL(slot.dataset.from, location.href);
      // Beside the list another tip may have been opened since the page was made.
      const beside = new URL(location.href).searchParams.get("tip");
      if (beside) from.searchParams.set("on", beside);
      if (asked) from.searchParams.set("alarm", asked);
      const answer = await fetch(from, { headers: { "HX-Request": "true" } });
      if (!answer.ok || answer.redirected) return false;
      const text = await answer.text();
      await untilReleased();
      // Meanwhile another bar was asked for.
      if (asked !== at || number < shownAsk) return true;
      shownAsk = number;
      const html = text.replace(/name="csrfmiddlewaretoken" value="[^"]*"/g, "").trim();
      // Asked before the desk knew that it is locked: such words are not for a covered screen.
      const isBare = !html || html.includes('data-all="locked-');
      if ("covered" in document.body.dataset && !isBare) return true;
      // The same bar again would take the focus away.
      if (html !== last) put(html);
      last = html;
      show();
      return true;
    } catch {
      // No network: the bar stays, and the next time may be better.
      return false;
    } finally {
      taking(true);
    }
  }

  // A bar that comes in moves the page. Between a press and its release that would take the button from
  // under the hand, and nothing would be clicked; but no call for help waits for long.
  async function untilReleased() {
    while (pressedAt && Date.now() - pressedAt < LONGEST_PRESS) await new Promise((done) => setTimeout(done, 50));
  }

  // Between two tips the key takes neither.
  function taking(may) {
    const button = slot.querySelector('[data-key="F8"]');
    if (button) button.disabled = !may;
  }

  // Whoever stands on a button of the bar stands on the same one of the next bar.
  function put(html) {
    const focused = slot.contains(document.activeElement) ? document.activeElement.dataset : null;
    slot.innerHTML = html;
    for (const form of slot.querySelectorAll("form")) addToken(form);
    if (focused?.key) slot.querySelector(`[data-key="${CSS.escape(focused.key)}"]`)?.focus();
  }

  function addToken(form) {
    const field = form.querySelector("input[type=hidden]");
    if (!field) return;
    field.name = "csrfmiddlewaretoken";
    field.value = JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"];
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("#alarm a[data-at]");
    if (link && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
      event.preventDefault();
      at = link.dataset.at;
      ask().then(sayShown);
      return;
    }
    if (!event.target.closest("[data-mute]")) return;
    localStorage.setItem(MUTED, muted() ? "0" : "1");
    show();
  });
  addEventListener("pointerdown", () => { pressedAt = Date.now(); }, true);
  for (const end of ["pointerup", "pointercancel"])
    // After the click that this may be.
    addEventListener(end, () => setTimeout(() => { pressedAt = 0; }), true);
  // Covered or uncovered: with words or without, at once.
  document.addEventListener("keng:screen", () => {
    last = null;
    ask();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "detail") return;
    at = "";
    taking(false);
    // The tip's words are painted first.
    setTimeout(ask, 50);
  });
  // Another page of tips stands here: its own bar came with it.
  document.addEventListener("keng:page", (event) => {
    const html = event.detail.came.getElementById("alarm")?.innerHTML.trim();
    at = "";
    if (html !== undefined && !("covered" in document.body.dataset)) {
      put(html);
      last = "";
      show();
    }
    ask();
  });
  function sayShown() {
    const bar = ringing();
    const place = bar?.querySelector(".alarm-nav b");
    if (place) said.textContent = `${place.textContent}: ${bar.querySelector(".alarm-words").textContent}`;
  }

  at = new URL(location.href).searchParams.get("alarm") || "";
  if (slot.querySelector("input[name=csrfmiddlewaretoken]")) last = "";
  show();
  ask();
  document.addEventListener("keng:change", ({ detail }) => {
    if (detail.kind === "alarm") detail.waitUntil(ask());
  });
  setInterval(() => { tick(); ring(); }, 1000);
})();
