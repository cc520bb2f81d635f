// Copy and print buttons. They are hidden in the markup and shown here, so that a page without
// script never shows a button that does nothing; the text itself can always be selected by a tap.
(() => {
  "use strict";
  function select(source) {
    const range = document.createRange();
    range.selectNodeContents(source);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }

  async function copy(button) {
    const source = document.querySelector(button.dataset.copy);
    const label = button.querySelector("[data-label]") || button;
    try {
      await navigator.clipboard.writeText(source.innerText.trim());
    } catch {
      // Plain http and old phones: select, and let the older command try.
      select(source);
      if (!document.execCommand("copy")) {
        // The words stand selected; the next press goes on without copying.
        delete button.dataset.copy;
        return;
      }
    }
    if (button.dataset.done) label.textContent = button.dataset.done;
    // A button that also sends a form does so once the words are copied.
    if (button.type === "submit") button.form.requestSubmit(button);
  }

  const offer = () => {
    for (const button of document.querySelectorAll("[data-copy][hidden], [data-print][hidden]")) button.hidden = false;
  };
  document.addEventListener("keng:page", offer);
  offer();
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-print]");
    if (!button) return;
    if (button.hasAttribute("data-print")) print();
    else {
      if (button.type === "submit") event.preventDefault();
      copy(button);
    }
  });
})();
