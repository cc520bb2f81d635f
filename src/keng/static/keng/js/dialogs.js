// A button with data-opens="ID" opens that dialog, which hears of it first. Without this script none
// of these buttons shows.
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const dialog = document.getElementById(event.target.closest("[data-opens]")?.dataset.opens);
    if (!dialog || dialog.open) return;
    dialog.dispatchEvent(new Event("opening"));
    dialog.showModal();
  });
  // A menu closes on Esc and on a press beside it; Esc leaves the focus where the menu was opened.
  const close = (menu) => { menu.open = false; };
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]"))
      if (!menu.contains(event.target)) close(menu);
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (!menu || event.isComposing) return;
    close(menu);
    menu.querySelector("summary").focus();
    event.stopImmediatePropagation();
  });
  const offer = () => {
    for (const opener of document.querySelectorAll("[data-opens][hidden]")) opener.hidden = false;
  };
  document.addEventListener("keng:page", offer);
  offer();
})();
