// Live preview of a warning while it is written. The server does the real check on submit;
// this only mirrors the words and counts them, so nothing depends on it.
(() => {
  "use strict";
  const form = document.querySelector("form[data-compose]");
  if (!form) return;
  const counter = document.querySelector("[data-word-count]");
  const limit = Number(counter?.dataset.wordCount || 0);

  // A number in groups of figures is one word, as the server counts.
  const words = (text) => text.replace(/([0-9])[ .](?=[0-9])/g, "$1").split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word)).length;

  function mirror(box) {
    for (const place of document.querySelectorAll(`[data-preview="${CSS.escape(box.name)}"]`)) {
      place.textContent = box.value || place.dataset.empty || "";
    }
  }

  function count() {
    if (!counter) return;
    let total = 0;
    for (const box of form.querySelectorAll("[data-counted]")) total += words(box.value);
    counter.textContent = total;
    counter.closest("[data-over]")?.setAttribute("data-over", String(limit > 0 && total > limit));
  }

  // Leaving a box counts the audience anew, and new lines move the page. While a button is held,
  // that would take the button from under the hand: the count waits until it is let go.
  let isHeld = false;
  let countLater = null;
  form.addEventListener("pointerdown", (event) => {
    isHeld = Boolean(event.target.closest("button"));
  });
  form.addEventListener("htmx:confirm", (event) => {
    if (!isHeld) return;
    event.preventDefault();
    countLater = event.detail.issueRequest;
  });
  for (const end of ["pointerup", "pointercancel"]) {
    window.addEventListener(end, () => {
      isHeld = false;
      // After the click that this may be: sending the form needs no count.
      setTimeout(() => {
        countLater?.();
        countLater = null;
      });
    });
  }

  form.addEventListener("input", (event) => {
    if (event.target.name) mirror(event.target);
    count();
  });
  for (const box of form.querySelectorAll("[name]")) mirror(box);
  count();
})();
