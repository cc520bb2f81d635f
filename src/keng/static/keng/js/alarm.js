// A critical tip that nobody has taken: every page of the desk asks for it, shows the bar and rings.
// The sound is switched off on this device alone; the bar stays until somebody takes the tip.
(() => {
  "use strict";
  const EVERY = 5_000;
  const RING_EVERY = 4_000;
  const MUTED = "keng-alarm-muted";
  const slot = document.getElementById("alarm");
  if (!slot) return;
  let last = slot.innerHTML.trim();
  let sound = null;
  let rang = 0;

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
  }

  function tick() {
    const since = slot.querySelector("[data-since]");
    if (!since) return;
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(since.dataset.since)) / 1000));
    since.textContent = ` ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  async function ask() {
    try {
      const answer = await fetch(slot.dataset.from, { headers: { "HX-Request": "true" } });
      if (!answer.ok || answer.redirected) return;
      const html = (await answer.text()).replace(/name="csrfmiddlewaretoken" value="[^"]*"/g, "").trim();
      // The same bar again would be read out again, and take the focus away.
      if (html !== last) {
        slot.innerHTML = html;
        for (const form of slot.querySelectorAll("form")) addToken(form);
      }
      last = html;
      show();
    } catch {
      // No network: the bar stays, and the next time may be better.
    }
  }

  function addToken(form) {
    const field = form.querySelector("input[type=hidden]");
    if (!field) return;
    field.name = "csrfmiddlewaretoken";
    field.value = JSON.parse(document.body.getAttribute("hx-headers"))["x-csrftoken"];
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-mute]")) return;
    localStorage.setItem(MUTED, muted() ? "0" : "1");
    show();
  });
  if (slot.querySelector("input[name=csrfmiddlewaretoken]")) last = "";
  show();
  ask();
  setInterval(ask, EVERY);
  setInterval(() => { tick(); ring(); }, 1000);
})();
