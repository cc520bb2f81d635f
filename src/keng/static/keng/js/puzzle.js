// Has the small sum of a form done beside the page while somebody types (keng.limits.puzzles). Without
// script, or where the browser has no Web Crypto, the form is sent as it is and counts in full.
(() => {
  "use strict";
  document.querySelectorAll("input[data-puzzle]").forEach((box) => {
    const line = box.parentElement.querySelector("[data-busy]");
    if (!window.Worker || !window.isSecureContext) return;
    const worker = new Worker(box.dataset.worker);
    const puzzle = JSON.parse(box.dataset.puzzle);
    if (line) line.textContent = line.dataset.busy;
    worker.addEventListener("message", ({ data: number }) => {
      worker.terminate();
      const { algorithm, challenge, salt, signature } = puzzle;
      box.value = number < 0 ? "" : JSON.stringify({ algorithm, challenge, number, salt, signature });
      if (line) line.textContent = number < 0 ? "" : line.dataset.done;
    });
    worker.addEventListener("error", () => {
      if (line) line.textContent = "";
    });
    worker.postMessage(puzzle);
  });
})();
