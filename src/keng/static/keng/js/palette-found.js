// Places, groups and warnings come from the server into the palette's second half. They belong to the
// words that were asked for: with other words they are gone at once, and an answer that comes too
// late is not shown, so that Enter opens nothing unmeant. Loaded before the palette, which draws.
(() => {
  "use strict";
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const box = dialog.querySelector("[role=combobox]");
  const found = dialog.querySelector("[role=listbox]").children[1];
  let [typed, asked] = ["", ""];
  const forget = () => {
    found.replaceChildren();
    typed = box.value;
  };
  box.addEventListener("input", () => {
    if (box.value !== typed) forget();
  });
  box.addEventListener("htmx:beforeRequest", () => (asked = box.value));
  found.addEventListener("htmx:beforeSwap", (event) => {
    if (asked !== box.value) event.detail.shouldSwap = false;
  });
  dialog.addEventListener("opening", () => {
    box.value = "";
    forget();
  });
})();
