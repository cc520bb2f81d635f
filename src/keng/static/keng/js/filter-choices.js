// A box above a list of many choices: input[data-filters="ID"] leaves those of that select that have the
// typed words in them, with or without accents. Without script the box does not show.
(() => {
  "use strict";
  // Fewer are seen at one look.
  const MANY = 12;
  const all = new WeakMap();
  const { fold, wordsOf } = kengText;
  const listOf = (box) => document.getElementById(box.dataset.filters);

  function offer() {
    for (const box of document.querySelectorAll("input[data-filters]")) {
      const list = listOf(box);
      if (!list || list.options.length <= MANY) continue;
      box.closest("[hidden]")?.removeAttribute("hidden");
      if (document.activeElement === list || list.autofocus) box.focus();
    }
  }

  function filter(box) {
    const list = listOf(box);
    if (!all.has(list)) all.set(list, [...list.options]);
    const words = wordsOf(box.value);
    const fitting = all.get(list).filter(({ value, text }) => value && words.every((word) => fold(text).includes(word)));
    const none = new Option(fitting.length ? all.get(list)[0].text : box.dataset.none, "");
    const chosen = list.value;
    list.replaceChildren(none, ...fitting);
    // One alone is meant; what was chosen stays so while it fits.
    const only = words.length && fitting.length === 1 && fitting[0].value;
    list.value = only || (fitting.some((each) => each.value === chosen) ? chosen : "");
  }

  document.addEventListener("input", ({ target }) => {
    if (target.matches("input[data-filters]")) filter(target);
  });
  // Enter goes on to what is left of it, and sends nothing yet.
  document.addEventListener("keydown", (event) => {
    if (!["Enter", "ArrowDown"].includes(event.key) || event.ctrlKey || event.metaKey || event.isComposing) return;
    if (!event.target.matches?.("input[data-filters]")) return;
    event.preventDefault();
    listOf(event.target).focus();
  });
  document.addEventListener("keng:page", offer);
  offer();
})();
