// Words that are half written to a reporter, or into a note, stay with their tip when one goes to
// another one: by a key, by a click, or by F8 for a critical one. In this tab alone, for whoever is
// signed in; gone once they are sent, at the end of the session, and when another person signs in. The
// page of signing in has it as well: the session may have ended by time, or in another tab.
(() => {
  "use strict";
  const KEPT = "keng-unsent";
  const MOST = 20;
  const BOXES = "textarea[data-unsent]";
  if (document.querySelector("main[data-signed-out]")) return void sessionStorage.removeItem(KEPT);
  const whose = document.getElementById("screen-cover")?.dataset.whose || "";
  // Of each box what stands in it, by where its form leads: that names the tip.
  const keyOf = (box) => box.form.getAttribute("action");

  function words() {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
    return new Map(kept?.whose === whose && Array.isArray(kept.words) ? kept.words : []);
  }
  function keep(all) {
    const entries = [...all].slice(-MOST);
    if (entries.length) sessionStorage.setItem(KEPT, JSON.stringify({ whose, words: entries }));
    else sessionStorage.removeItem(KEPT);
  }

  function restore() {
    const all = words();
    for (const box of document.querySelectorAll(BOXES)) {
      const typed = all.get(keyOf(box));
      // What the site put there goes before: words that it refused, or an answer that was chosen.
      if (!typed || box.value) continue;
      box.value = typed;
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  document.addEventListener("input", ({ target }) => {
    if (!target.matches?.(BOXES)) return;
    const all = words();
    // Put last: the oldest are left out where there are too many.
    all.delete(keyOf(target));
    if (target.value.trim()) all.set(keyOf(target), target.value);
    keep(all);
  });
  // What is on its way, and forgotten once it has arrived; what was refused stays with its tip.
  let sent = null;
  function forgetSent() {
    const all = words();
    all.delete(sent);
    keep(all);
    sent = null;
  }
  document.addEventListener("submit", ({ target, defaultPrevented }) => {
    sent = defaultPrevented ? null : target.getAttribute("action");
    if (!target.matches("[data-ends-session]")) return;
    sessionStorage.removeItem(KEPT);
    // What another app shared with the desk (shared-box.js) is of whoever leaves.
    sessionStorage.removeItem("keng-shared");
    self.indexedDB?.deleteDatabase("keng-shared");
  });
  addEventListener("pagehide", () => sent && forgetSent());
  document.addEventListener("keng:arrived", () => (sent = null));
  document.addEventListener("keng:page", ({ detail }) => {
    if (sent && !detail.isRefusal) forgetSent();
    restore();
  });
  document.addEventListener("htmx:load", restore);
  // Somebody else signed in at this computer: nothing of it is theirs.
  keep(words());
  restore();
})();
