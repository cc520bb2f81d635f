// How many characters are left in a long answer, once that matters: nothing typed or pasted is ever
// cut off. Without script the site says after sending that it is too long, and keeps all of it.
(() => {
  "use strict";
  const FROM = 0.75;

  function count(box) {
    const note = document.getElementById(`${box.id}_count`);
    if (!note) return;
    const most = Number(box.dataset.longest);
    // As the site counts: one per character, an end of line is two.
    const length = [...box.value.replace(/\n/g, "\r\n")].length;
    const left = most - length;
    const number = Math.abs(left).toLocaleString(document.documentElement.lang);
    note.hidden = length < most * FROM;
    note.classList.toggle("error", left < 0);
    note.textContent = (left < 0 ? note.dataset.over : note.dataset.left).replace("{n}", number);
  }

  function countAll() {
    document.querySelectorAll("textarea[data-longest]").forEach(count);
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea[data-longest]")) count(event.target);
  });
  for (const shown of ["keng:shown", "keng:page"]) document.addEventListener(shown, countAll);
  countAll();
})();
