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
  for (const opener of document.querySelectorAll("[data-opens][hidden]")) opener.hidden = false;
})();
