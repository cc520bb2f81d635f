// When a page of the desk asks anew what rings and what came into its list: as soon as the desk says
// that something changed. It says so in one stream for the whole browser, which one tab opens and
// tells the others of. A page that hears no stream asks by the clock, so that no alarm hangs on it.
(() => {
  "use strict";
  const ALARM = "alarm";
  const TIPS = "tips";
  const LOST = "lost";
  // Without a stream or an answer, and with both: the second is for what a stream might miss.
  const EVERY = new Map([[ALARM, 5_000], [TIPS, 20_000]]);
  const EVERY_BESIDE_STREAM = 300_000;
  // The desk says every five seconds that the stream lives.
  const SILENT_AFTER = 12_500;
  // A page that is left at once opens none, and not all pages ask in the same moment.
  const OPENS_AFTER = 1_000;
  const ASKS_WITHIN = 300;
  // However often a stream speaks; where answers take long, four times as long as the last one did.
  const LEAST_BETWEEN = 2_000;
  const ANSWERED_WITHIN = 30_000;
  const TRIES_AGAIN_AFTER = 20_000;
  const NAME = "keng-changes";
  const slot = document.getElementById("alarm");
  const from = slot?.dataset.changes;
  if (!slot) return;
  // No clock that somebody may set back.
  const now = () => performance.now();
  let heardAt = -Infinity;
  let stream = null;
  let isLeading = false;
  const askedAt = new Map([[ALARM, now()], [TIPS, now()]]);
  const took = new Map();
  const waiting = new Set();
  const underWay = new Set();
  const unanswered = new Set();

  const isLive = () => now() - heardAt < SILENT_AFTER;

  // Before all that a browser may refuse.
  setInterval(() => {
    for (const [kind, every] of EVERY) {
      const beside = isLive() && !unanswered.has(kind);
      if (now() - askedAt.get(kind) >= (beside ? EVERY_BESIDE_STREAM : every)) ask(kind);
    }
  }, 1000);

  // Whoever asks for the page says by `waitUntil` when it is answered, and whether.
  function ask(kind) {
    if (underWay.has(kind)) return;
    const began = now();
    let answer = null;
    askedAt.set(kind, began);
    const waitUntil = (promise) => { answer = promise; };
    document.dispatchEvent(new CustomEvent("keng:change", { detail: { kind, waitUntil } }));
    if (!answer) return;
    underWay.add(kind);
    const isLate = new Promise((done) => setTimeout(done, ANSWERED_WITHIN, false));
    Promise.race([answer, isLate]).catch(() => false).then((isAnswered) => {
      underWay.delete(kind);
      took.set(kind, now() - began);
      unanswered[isAnswered ? "delete" : "add"](kind);
    });
  }

  // Said several times in a moment, it is asked once; and once more after the answer under way.
  function askSoon(kind) {
    if (waiting.has(kind)) return;
    waiting.add(kind);
    const between = Math.min(Math.max(LEAST_BETWEEN, 4 * (took.get(kind) ?? 0)), EVERY.get(kind));
    const pause = askedAt.get(kind) + between - now();
    setTimeout(() => {
      waiting.delete(kind);
      if (underWay.has(kind)) askSoon(kind);
      else ask(kind);
    }, Math.max(pause, Math.random() * ASKS_WITHIN));
  }

  function hear(kind) {
    if (kind === LOST) {
      heardAt = -Infinity;
      return;
    }
    heardAt = now();
    // An emergency stands in the same bar.
    if (kind === TIPS) askSoon(TIPS);
    else if (kind !== "alive") askSoon(ALARM);
  }

  if (!from) return;
  let tabs;
  try {
    tabs = new BroadcastChannel(NAME);
  } catch {
    // Where a browser keeps no storage for this site, its pages ask by the clock.
    return;
  }

  function tell(kind) {
    hear(kind);
    tabs.postMessage(kind);
  }

  function open() {
    if (!isLeading || stream) return;
    stream = new EventSource(from);
    for (const kind of ["alive", ALARM, "emergency", TIPS]) {
      stream.addEventListener(kind, () => tell(kind));
    }
    stream.addEventListener("error", () => {
      tell(LOST);
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

  tabs.addEventListener("message", ({ data }) => hear(data));
  // A screen that was covered or uncovered is told of other things: its stream ends, and begins anew.
  document.addEventListener("keng:screen", () => {
    if (!stream) return;
    close();
    setTimeout(open, OPENS_AFTER);
  });
  // The lock is this tab's until it is left; the next tab that waits for it opens the stream then.
  navigator.locks?.request(NAME, () => {
    isLeading = true;
    setTimeout(open, OPENS_AFTER + Math.random() * OPENS_AFTER);
    return new Promise(() => {});
  }).catch(() => {});
})();
