// When a page of the desk asks anew what rings and what came into its list: as soon as the desk says
// that something changed. It says so in one stream for the whole browser, which one tab opens and
// tells the others of. A page that hears no stream asks by the clock, so that no alarm hangs on it.
(() => {
  "use strict";
  const ALARM = "alarm";
  const TIPS = "tips";
  // Without a stream, and with one: the second is for what a stream might miss.
  const EVERY = new Map([[ALARM, 5_000], [TIPS, 20_000]]);
  const EVERY_BESIDE_STREAM = 120_000;
  // The desk says every five seconds that the stream lives.
  const SILENT_AFTER = 12_500;
  // A page that is left at once opens none, and not all pages ask in the same moment.
  const OPENS_AFTER = 1_000;
  const ASKS_WITHIN = 300;
  const TRIES_AGAIN_AFTER = 20_000;
  const NAME = "keng-changes";
  const slot = document.getElementById("alarm");
  const from = slot?.dataset.changes;
  if (!slot) return;
  let heardAt = 0;
  let stream = null;
  let isLeading = false;
  const askedAt = new Map([[ALARM, Date.now()], [TIPS, Date.now()]]);
  const waiting = new Set();
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel(NAME) : null;

  const isLive = () => Date.now() - heardAt < SILENT_AFTER;

  function ask(kind) {
    askedAt.set(kind, Date.now());
    document.dispatchEvent(new CustomEvent("keng:change", { detail: kind }));
  }

  // Said several times in a moment, it is asked once.
  function askSoon(kind) {
    if (waiting.has(kind)) return;
    waiting.add(kind);
    setTimeout(() => {
      waiting.delete(kind);
      ask(kind);
    }, Math.random() * ASKS_WITHIN);
  }

  function hear(kind) {
    heardAt = Date.now();
    // An emergency stands in the same bar.
    if (kind === TIPS) askSoon(TIPS);
    else if (kind !== "alive") askSoon(ALARM);
  }

  function open() {
    if (!isLeading || stream) return;
    stream = new EventSource(from);
    for (const kind of ["alive", ALARM, "emergency", TIPS]) {
      stream.addEventListener(kind, () => {
        hear(kind);
        tabs?.postMessage(kind);
      });
    }
    stream.addEventListener("error", () => {
      // Else the browser opens it again by itself.
      if (stream?.readyState !== EventSource.CLOSED) return;
      stream = null;
      setTimeout(open, TRIES_AGAIN_AFTER * (0.5 + Math.random()));
    });
  }

  function close() {
    stream?.close();
    stream = null;
  }

  tabs?.addEventListener("message", ({ data }) => hear(data));
  // A screen that was covered or uncovered is told of other things: its stream ends, and begins anew.
  document.addEventListener("keng:screen", () => {
    if (!stream) return;
    close();
    setTimeout(open, OPENS_AFTER);
  });
  // The lock is this tab's until it is left; the next tab that waits for it opens the stream then.
  if (from && tabs && navigator.locks) {
    navigator.locks.request(NAME, () => {
      isLeading = true;
      setTimeout(open, OPENS_AFTER + Math.random() * OPENS_AFTER);
      return new Promise(() => {});
    }).catch(() => {});
  }
  setInterval(() => {
    for (const [kind, every] of EVERY) {
      if (Date.now() - askedAt.get(kind) >= (isLive() ? EVERY_BESIDE_STREAM : every)) ask(kind);
    }
  }, 1000);
})();
