// What another app shared stands in the form, and nothing of it is sent before a button is pressed.
// Residents keep nothing in this browser unless they tick the box for it; an officer's stays sealed
// until the desk has shown it covered. Either way it ends after half an hour.
(() => {
  "use strict";
  const KEY = "keng-shared";
  const KEPT = "keng-shared-kept";
  const { seal, open, forget } = self.kengSharedBox;
  let isLeft = false;

  function drop() {
    sessionStorage.removeItem(KEY);
    sessionStorage.removeItem(KEPT);
    return forget().catch(() => {});
  }

  function show(name) {
    for (const notice of document.querySelectorAll("[data-share-said]")) {
      notice.hidden = notice.dataset.shareSaid !== name;
    }
  }

  function fill({ words, files }, shared) {
    words.value = shared.text;
    const most = files.multiple ? shared.files.length : 1;
    const chosen = new DataTransfer();
    for (const file of shared.files.slice(0, most)) chosen.items.add(file);
    files.files = chosen.files;
    show(shared.files.length > most ? "one-file" : "came");
    words.dispatchEvent(new Event("input", { bubbles: true }));
  }

  async function take(parts) {
    const key = await self.kengSharedKey();
    if (isLeft) return drop();
    if (!key) return;
    const shared = await open(key).catch(() => null);
    if (!shared || isLeft) {
      drop();
      show("none");
      return;
    }
    setTimeout(drop, shared.until - Date.now());
    if (!parts.words.value) fill(parts, shared);
    if (!parts.choice) return;
    if (sessionStorage.getItem(KEPT)) parts.choice.checked = true;
    else await drop();
  }

  async function keepOrDrop({ words, files, choice }) {
    if (!choice.checked) {
      await drop();
      return;
    }
    const key = await seal(words.value, [...files.files]);
    // Unticked, or left, while it was sealed.
    if (isLeft || !choice.checked) {
      await drop();
      return;
    }
    sessionStorage.setItem(KEY, key);
    sessionStorage.setItem(KEPT, "1");
  }

  function offerToKeep(parts) {
    parts.choice.closest("[hidden]").hidden = false;
    parts.choice.addEventListener("change", () => keepOrDrop(parts));
    // What is typed after the box was ticked is kept, too.
    for (const field of [parts.words, parts.files]) {
      field.addEventListener("change", () => parts.choice.checked && keepOrDrop(parts));
    }
  }

  function offerToPaste(words, button) {
    button.hidden = !navigator.clipboard?.readText;
    button.addEventListener("click", async () => {
      try {
        words.value = await navigator.clipboard.readText();
        words.dispatchEvent(new Event("change", { bubbles: true }));
      } catch {
        // Not allowed: the box waits for a finger that holds it.
        words.focus();
      }
    });
  }

  function begin() {
    // The page after the form: what was shared has arrived there.
    if (document.querySelector("[data-shared-arrived]")) drop();
    const form = document.querySelector("form[data-shared]");
    if (!form) return;
    const parts = {
      words: form.querySelector("textarea"),
      files: form.querySelector("input[type=file]"),
      choice: form.querySelector("[data-keep-here]"),
    };
    if (parts.choice) offerToKeep(parts);
    take(parts);
    const paste = form.querySelector("[data-paste-shared]");
    if (paste) offerToPaste(parts.words, paste);
  }

  // Quick exit, in this tab or another one: nothing of it may be put back by what still runs.
  document.addEventListener("keng:left", () => {
    isLeft = true;
  });
  // Pages that come in the place of another one run no script of their own (in-place.js, send.js).
  document.addEventListener("keng:page", begin);
  document.addEventListener("keng:shown", begin);
  begin();
})();
