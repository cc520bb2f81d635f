// The last words follow the outcome that is chosen, until somebody changes them.
(() => {
  "use strict";
  document.addEventListener("change", ({ target }) => {
    const form = target.closest("form[data-ending]");
    const words = form?.querySelector("textarea[name=text]");
    const sentence = target.dataset.sentence;
    if (!words || sentence === undefined) return;
    const sentences = [...form.querySelectorAll("[data-sentence]")].map((one) => one.dataset.sentence);
    const now = words.value.trim();
    if (!now || sentences.includes(now)) words.value = sentence;
  });
})();
