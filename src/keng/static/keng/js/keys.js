// Keys of the desk. Markup says what a key does: data-key="r" on a button, link or box; what cannot
// be undone has data-asks as well: there the key only brings the focus, and Enter does it.
// Single letters rest while typing, composing Vietnamese or with a modifier, and when the officer
// switched them off (WCAG 2.1.4). F2, F8, Ctrl+K and Ctrl+Enter always work, F2 also over a dialog.
(() => {
  "use strict";
  const WAIT = 1200;
  const LOCK = "F2";
  let first = "";
  let firstAt = 0;

  const visible = (element) => element.getClientRects().length > 0;
  const openDialog = () => document.querySelector("dialog[open]");
  // What the page itself has for a key goes before what the menu has on every page; while a dialog
  // is open only its own keys work.
  function find(key) {
    const all = [...(openDialog() || document).querySelectorAll(`[data-key="${CSS.escape(key)}"]`)];
    return all.find(visible) || all.find((element) => element.matches("[data-opens], [data-always]"));
  }
  // Where nothing else has a number it chooses among the reasons of a form, in their order.
  function choice(key) {
    if (!/^[1-9]$/.test(key)) return null;
    const all = [...(openDialog() || document).querySelectorAll("form input[type=radio]")].filter(visible);
    return all.filter((each) => each.name === all[0].name)[key - 1] || null;
  }
  const typing = (target) =>
    target.isContentEditable || /^(textarea|select)$/i.test(target.tagName) ||
    (/^input$/i.test(target.tagName) && !/^(checkbox|radio|button|submit)$/.test(target.type));

  function use(element) {
    if (element.matches("input[type=radio]")) element.click();
    if (element.matches("input, textarea, select, [data-asks]")) element.focus();
    else element.click();
  }

  // The list of the inbox: J and K walk its rows, and the row itself says where it leads.
  const listRows = () =>
    [...document.querySelectorAll("[data-rows] :is(a, summary)[data-row]")].filter(visible);
  const isCurrent = (row) => row.hasAttribute("aria-current");
  // Where no tip is open one is at the row that has the focus; -1 is before the first.
  function placeIn(rows) {
    const open = rows.findIndex(isCurrent);
    return open < 0 ? rows.indexOf(document.activeElement) : open;
  }

  function walk(step) {
    const rows = listRows();
    const next = rows[placeIn(rows) + step];
    if (!next) {
      // From the last row of a page on to the next page.
      const further = step > 0 && document.querySelector("[data-rows] a[rel=next]");
      if (further) further.click();
      return Boolean(further);
    }
    for (const row of rows) row.removeAttribute("aria-current");
    next.setAttribute("aria-current", "true");
    next.scrollIntoView({ block: "nearest" });
    next.focus();
    next.click();
    return true;
  }

  // A key that is held down does its work once; only the list is walked on.
  const held = (key) => !openDialog() && ((key === "j" && walk(1)) || (key === "k" && walk(-1)));

  // X ticks the row one is at, and from then on one is at it: J goes to the next one.
  function tick() {
    const rows = listRows();
    const row = rows[Math.max(placeIn(rows), 0)];
    const box = row?.previousElementSibling?.querySelector("input[type=checkbox]");
    if (box) box.click();
    if (box && !rows.some(isCurrent)) row.focus();
    return Boolean(box);
  }

  function single(key) {
    const pair = Date.now() - firstAt < WAIT ? find(`${first} ${key}`) : null;
    first = key;
    firstAt = Date.now();
    const element = pair || find(key) || choice(key);
    if (element) {
      use(element);
      return true;
    }
    return (key === "x" && !openDialog() && tick()) || held(key);
  }

  // Ctrl+K for commands, Ctrl+Shift+L to lock: elements say so as data-key="ctrl k".
  function chord(event) {
    const box = document.querySelector("dialog[open] [role=combobox]");
    if (event.key === "k" && box) box.select();
    if (event.altKey || openDialog()) return Boolean(box) && event.key === "k";
    const element = find(`ctrl ${event.shiftKey ? "shift " : ""}${event.key.toLowerCase()}`);
    if (element) use(element);
    return Boolean(element);
  }

  function isEmpty(form) {
    const boxes = [...form.elements].filter((each) => each.type !== "hidden" && !each.matches("button"));
    return boxes.length > 0 && boxes.every((each) => each.matches("textarea") && !each.value.trim());
  }

  function send(target) {
    const form = target.closest("form");
    const all = document.querySelectorAll("main [data-send]");
    // Outside of every form it is clear only when there is one thing to send, and something in it:
    // a second tap would send an empty answer, and take the way to undo the first off the page.
    const button = form
      ? form.querySelector("[data-send]") || form.querySelector("button:not([type=button])")
      : all.length === 1 && !isEmpty(all[0].form) && all[0];
    if (button) button.click();
    return Boolean(button);
  }

  // Out of what is typed first, so that no word is lost; then back to where the page came from.
  function back(target) {
    const element = openDialog() ? null : find("escape");
    if (typing(target) && !(element && !target.value)) target.blur();
    else if (element) use(element);
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    let done = false;
    if (/^F\d+$/.test(event.key)) {
      const element = event.key === LOCK
        ? document.querySelector("[data-lock-screen]")
        : find(event.shiftKey ? `shift ${event.key}` : event.key);
      if (element && !event.repeat) use(element);
      done = Boolean(element);
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      done = event.repeat || send(event.target);
    } else if (event.ctrlKey || event.metaKey) done = chord(event);
    else if (event.altKey) return;
    else if (event.key === "Escape") back(event.target);
    else if (document.body.dataset.keys === "off" || typing(event.target)) return;
    else if (event.key.length === 1) done = (event.repeat ? held : single)(event.key.toLowerCase());
    if (done) event.preventDefault();
  });
})();
