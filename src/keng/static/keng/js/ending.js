// The last words follow the outcome that is chosen, until somebody changes them.
(() => {
  "use strict";
  const form = document.querySelector("form[data-ending]");
  const words = form?.querySelector("textarea[name=text]");
  if (!words) return;
  const sentences = [...form.querySelectorAll("[data-sentence]")].map((one) => one.dataset.sentence);
  form.addEventListener("change", (event) => {
    const sentence = event.target.dataset.sentence;
    const now = words.value.trim();
    if (sentence !== undefined && (!now || sentences.includes(now))) words.value = sentence;
  });
})();
