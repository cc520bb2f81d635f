// A box above many rows to tick: input[data-filters-rows="ID"] leaves those rows of that part of the page that
// have the typed words in them, with or without accents, and those that are ticked: nothing is sent unseen.
// Without script the box does not show, and all rows do.
(() => {
  "use strict";
  // Fewer are seen at one look.
  const MANY = 12;
  const { fold, wordsOf } = kengText;
  const rowsOf = (box) => [...document.getElementById(box.dataset.filtersRows).querySelectorAll(".choice")];
  const tickOf = (row) => row.querySelector("input");

  function filter(box) {
    const words = wordsOf(box.value);
    const fits = (row) => words.every((word) => fold(row.textContent).includes(word));
    let fitting = 0;
    for (const row of rowsOf(box)) {
      fitting += fits(row);
      row.hidden = !fits(row) && !tickOf(row).checked;
    }
    const shown = document.getElementById(box.getAttribute("aria-describedby"));
    shown.textContent = words.length ? shown.dataset.words.replace("{n}", fitting) : "";
  }

  for (const box of document.querySelectorAll("input[data-filters-rows]")) {
    if (rowsOf(box).length <= MANY) continue;
    box.closest("[hidden]").removeAttribute("hidden");
    box.addEventListener("input", () => filter(box));
    // Enter goes on to the first row that is left, and sends nothing yet.
    box.addEventListener("keydown", (event) => {
      if (!["Enter", "ArrowDown"].includes(event.key) || event.isComposing) return;
      event.preventDefault();
      const row = rowsOf(box).find((each) => !each.hidden && !tickOf(each).checked);
      if (row) tickOf(row).focus();
    });
  }
})();
