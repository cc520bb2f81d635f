// Live preview of a warning while it is written. The server does the real check on submit;
// this only mirrors the words and counts them, so nothing depends on it.
(() => {
  "use strict";
  const form = document.querySelector("form[data-compose]");
  if (!form) return;
  const counter = document.querySelector("[data-word-count]");
  const limit = Number(counter?.dataset.wordCount || 0);

  const words = (text) => text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;

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

  form.addEventListener("input", (event) => {
    if (event.target.name) mirror(event.target);
    count();
  });
  for (const box of form.querySelectorAll("[name]")) mirror(box);
  count();
})();
