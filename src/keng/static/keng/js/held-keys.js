// Keys that are pressed while a page, or a tip beside the list, is still on its way are held, and
// pressed once it is there, if it is the tip that they were meant for. If another one came, or what
// they follow was refused, none is pressed and #keys-dropped says which, and so it goes with what
// comes in the same breath: a letter of a word would be a command. A held key for which the page
// that came has nothing is named there, too. This comes before all that
// is drawn, so that no key falls between two pages. From page to page they stay in this tab alone,
// a few of them and for seconds.
(() => {
  "use strict";
  const HELD = "keng-held-keys";
  const LASTS = 10_000;
  // More than that is somebody who writes.
  const MOST = 8;
  const GAP = 30;
  // Hands that rested this long have seen what the page says.
  const BREATH = 1000;
  const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/;
  // What an answer of the site shows that has to be read before anything is pressed.
  const REFUSED = "#problem, [data-read-first]";
  let pressedAt = 0;
  // What came from the last page so late that nobody remembers it.
  let late = [];
  let held = takenFromLastPage();
  let isReady = false;
  let isGiving = false;
  // The page that comes is exchanged in place (in-place.js): until it is there nothing is pressed.
  let isExchanging = false;
  let leftAt = 0;
  let sent = null;
  // The tip that the link or form names by which this page is left.
  let goal = "";
  // When something was pressed that calls or saves, and leaves the page where it is.
  let stayedAt = 0;
  // The tip of a row that was chosen, until it stands beside the list.
  let awaited = null;
  // What was dropped of the keys that still come in one breath.
  let dropped = [];

  const idIn = (text) => text?.match(ID)?.[0];
  const isFresh = (at) => at && Date.now() - at < LASTS;
  const pane = () => document.getElementById("detail");
  const tipBeside = () => {
    const place = pane()?.querySelector("[data-now], [data-shows]");
    return idIn(place?.dataset.now || place?.dataset.shows);
  };
  const shown = () => (pane() ? tipBeside() : idIn(location.pathname)) || location.pathname;
  const isPaneOnItsWay = () => isFresh(awaited?.at) && awaited.id !== shown();
  const meant = () => (isPaneOnItsWay() ? awaited.id : (isLeaving() && goal) || shown());
  const isLeaving = () => isExchanging || isFresh(leftAt);
  const isAway = () => !isReady || isLeaving() || isPaneOnItsWay();
  const typing = (target) => Boolean(target?.matches?.("textarea, select, [contenteditable]")) ||
    Boolean(target?.matches?.("input:not([type=checkbox], [type=radio], [type=submit], [type=button])"));

  function takenFromLastPage() {
    const kept = JSON.parse(sessionStorage.getItem(HELD) || "null");
    sessionStorage.removeItem(HELD);
    pressedAt = kept?.pressedAt || 0;
    if (isKeptStill(kept)) return kept.keys;
    late = kept?.keys || [];
    return [];
  }
  function isKeptStill(kept) {
    return Boolean(kept) && Date.now() - kept.at < LASTS;
  }

  // What is typed into a box stays there, unless its form is on its way already, or keys that were
  // pressed before are still to come: one of them may send it.
  function isOfTheDesk(event) {
    const isOfBox = typing(event.target) && !sent?.contains(event.target) && !(isGiving && held.length);
    if (isOfBox) return false;
    if (event.key === "Enter") return !event.altKey;
    if (/^F[89]$/.test(event.key)) return true;
    // A space ticks and presses what has the focus.
    const isAlone = !event.ctrlKey && !event.metaKey && !event.altKey;
    return isAlone && event.key.length === 1 && event.key !== " " && document.body?.dataset.keys !== "off";
  }

  // F8 and F9 are for a call for help, and are meant whatever came before.
  const isOfAWord = (event) => (event.key === " " ? !typing(event.target) : isOfTheDesk(event) && !/^F/.test(event.key));

  addEventListener("keydown", (event) => {
    if (!event.isTrusted || event.isComposing || event.keyCode === 229) return;
    if (/^(Control|Shift|Alt|Meta)$/.test(event.key)) return;
    const isInBreath = dropped.length > 0 && Date.now() - pressedAt < BREATH;
    pressedAt = Date.now();
    if (isInBreath && isOfAWord(event)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      if (!event.repeat) drop([keyOf(event)]);
      return;
    }
    if (!isInBreath || event.key === "Escape") hide();
    if (event.key === "Escape") {
      // The browser stops loading; nothing that was pressed for the page that came is done.
      if (isLeaving()) held = [];
      if (!isExchanging) stay();
      return;
    }
    if (!(isAway() || isGiving) || !isOfTheDesk(event)) return;
    // J and K go on over tips that are on their way, as long as nothing is to be done to one.
    const isWalk = isReady && !isLeaving() && !held.length && /^[jk]$/i.test(event.key);
    if (isWalk && !isGiving) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.repeat || held.length > MOST) return;
    held.push({ ...keyOf(event), meant: meant() });
  }, true);

  const keyOf = ({ key, shiftKey, ctrlKey, metaKey }) => ({ key, shiftKey, ctrlKey: ctrlKey || metaKey });

  function give() {
    isGiving = false;
    if (!held.length || isAway()) return;
    const [first] = held;
    const isText = first.key.length === 1 && typing(document.activeElement);
    const isRefused = document.querySelector(REFUSED) !== null;
    if (first.meant !== shown() || isText || isRefused || held.length > MOST) {
      drop(held);
      return;
    }
    held.shift();
    if (!press(first)) {
      drop([first, ...held]);
      return;
    }
    isGiving = true;
    setTimeout(give, GAP);
  }

  // Of a pair such as "G M" the first key does nothing by itself.
  const beginsPair = (key) => document.querySelector(`[data-key^="${CSS.escape(key.toLowerCase())} "]`) !== null;

  // Whether there was anything to do for it. Enter and the ends of a list are no lost commands.
  function press({ key, ctrlKey, shiftKey }) {
    const target = document.activeElement || document.body;
    const fields = { key, ctrlKey, shiftKey, bubbles: true, cancelable: true };
    const isTaken = !target.dispatchEvent(new KeyboardEvent("keydown", fields));
    // A key that a script presses does nothing by itself.
    if (!isTaken && key === "Enter" && target.matches("a, button, summary")) target.click();
    return isTaken || /^(Enter|[jk])$/i.test(key) || beginsPair(key);
  }

  const nameOf = ({ key, ctrlKey }) =>
    `${ctrlKey ? "Ctrl " : ""}${key === " " ? "␣" : key.length === 1 ? key.toUpperCase() : key}`;

  function drop(more, words = "said") {
    held = [];
    const place = document.getElementById("keys-dropped");
    if (!place || !more.length) return;
    dropped = [...dropped, ...more];
    const keys = dropped.slice(0, MOST).map(nameOf).join(", ") + (dropped.length > MOST ? "…" : "");
    place.hidden = false;
    place.textContent = place.dataset[words].replace("{keys}", keys);
  }
  function hide() {
    dropped = [];
    const place = document.getElementById("keys-dropped");
    if (place) place.hidden = true;
  }

  function leave(form) {
    const at = Date.now();
    leftAt = at;
    sent = form || sent;
    setTimeout(() => {
      if (leftAt !== at || isExchanging) return;
      // Still here: it was a file, or no page came.
      stay();
      drop(held);
    }, LASTS + GAP);
  }
  function stay() {
    leftAt = 0;
    sent = null;
  }

  document.addEventListener("keng:leaving", ({ detail }) => {
    isExchanging = true;
    goal = idIn(detail.address);
    sent = detail.form;
    leftAt = Date.now();
  });
  document.addEventListener("keng:arrived", ({ detail }) => {
    const isInTime = isFresh(leftAt);
    isExchanging = false;
    awaited = null;
    stay();
    // Where no page came, or so late that nobody remembers, they are named and not pressed.
    if (detail.isHere || !isInTime) drop(held, "saidStayed");
    else give();
  });
  addEventListener("submit", (event) => {
    const isOfDialog = (event.submitter?.formMethod || event.target.method) === "dialog";
    if (event.defaultPrevented || isOfDialog) return;
    goal = idIn(event.submitter?.getAttribute("formaction") || event.target.getAttribute("action"));
    leave(event.target);
  });
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    goal = idIn(link?.pathname);
    if (link && (link.hasAttribute("download") || !/^https?:$/.test(link.protocol))) stayedAt = Date.now();
  });
  addEventListener("beforeunload", () => {
    if (Date.now() - stayedAt > GAP) leave(null);
  });
  addEventListener("pagehide", () => {
    if (held.length) sessionStorage.setItem(HELD, JSON.stringify({ at: Date.now(), pressedAt, keys: held }));
    held = [];
  });
  // Come back to by the browser as it was left.
  addEventListener("pageshow", (event) => {
    if (event.persisted) stay();
  });

  addEventListener("click", (event) => {
    const row = event.target.closest?.("[data-beside] a[data-row]");
    const opensElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!row || opensElsewhere || !pane()?.getClientRects().length) return;
    awaited = { id: idIn(row.pathname), at: Date.now() };
    setTimeout(give, LASTS + GAP);
  }, true);
  for (const failed of ["htmx:responseError", "htmx:sendError"])
    addEventListener(failed, (event) => {
      if (event.detail.target?.id !== "detail") return;
      awaited = null;
      give();
    });
  addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "detail") setTimeout(give, GAP);
  });
  // All scripts of the page have run.
  addEventListener("DOMContentLoaded", () => {
    isReady = true;
    if (late.length) drop(late);
    give();
  });
})();
