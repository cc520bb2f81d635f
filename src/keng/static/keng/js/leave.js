// Quick exit by a key: Shift pressed three times within five seconds, by itself, is like its button.
// Pressed to write a capital, or together with another key, it does not count. The page goes blank at
// once, since the next one may take a while on a slow net. Without script there is the button.
(() => {
  "use strict";
  const TIMES = 3;
  const WITHIN = 5_000;
  const form = document.querySelector("[data-leaves]");
  const note = form.querySelector("[role=status]");
  let count = 0;
  let since = 0;
  let isAlone = false;

  for (const hint of document.querySelectorAll("[data-with-script]")) hint.hidden = false;

  function forget() {
    count = 0;
    note.textContent = "";
  }

  document.addEventListener("keydown", (event) => {
    isAlone = event.key === "Shift" && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (event.key !== "Shift") forget();
  });

  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || !isAlone) return;
    isAlone = false;
    if (event.timeStamp - since > WITHIN) forget();
    if (count === 0) since = event.timeStamp;
    count += 1;
    note.textContent = count === 1 ? note.dataset.once : note.dataset.twice;
    if (count === TIMES) form.requestSubmit();
  });

  form.addEventListener("submit", () => {
    document.title = "";
    document.body.hidden = true;
  });

  // A browser that kept this page as it was left asks again what may still be seen of it.
  addEventListener("pageshow", (event) => {
    if (event.persisted && document.body.hidden) location.reload();
  });
})();
