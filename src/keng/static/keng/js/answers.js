// Ready answers: a click puts the words into the reply box, where the officer reads, changes and
// sends them. The links lead to the same page with the words filled in, should this not run.
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-fill]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const box = document.querySelector(link.closest("[data-ready]").dataset.ready);
    if (!box) return;
    event.preventDefault();
    const typed = box.value.trimEnd();
    box.focus();
    box.setSelectionRange(typed.length, box.value.length);
    const words = (typed ? "\n" : "") + link.dataset.fill;
    // As if typed: Ctrl+Z takes it out again, and what stood there stays.
    if (!document.execCommand("insertText", false, words)) box.value = typed + words;
  });
})();
