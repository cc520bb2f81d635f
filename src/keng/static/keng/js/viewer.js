// Files of a tip in a dialog: arrows go to the next one (each look is a request of its own, and on
// record), plus enlarges, Escape covers. Closing takes the picture out of the page.
(() => {
  "use strict";
  const dialog = document.getElementById("viewer");
  if (!dialog) return;
  const place = dialog.querySelector("#viewed");
  const zoom = dialog.querySelector("[data-zoom]");
  const forms = () => [...document.querySelectorAll("form[data-view]")];
  let shown = -1;

  function enlarge(on) {
    zoom.setAttribute("aria-pressed", String(on));
    place.classList.toggle("large", on);
  }

  function step(by) {
    const next = forms()[shown + by];
    if (next) next.querySelector("button").click();
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.matches("form[data-view]")) shown = forms().indexOf(event.target);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== place) return;
    enlarge(false);
    zoom.hidden = !place.querySelector("img");
    dialog.querySelector("[data-step='-1']").hidden = shown <= 0;
    dialog.querySelector("[data-step='1']").hidden = shown >= forms().length - 1;
    if (!dialog.open) dialog.showModal();
    place.querySelector(".viewed")?.focus();
  });
  dialog.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.dataset.step) step(Number(button.dataset.step));
    else if (button === zoom) enlarge(zoom.getAttribute("aria-pressed") !== "true");
    else if (button?.matches("[data-cover]")) dialog.close();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // A player has its own arrows: they jump in time.
    const player = event.target.matches("audio, video");
    if (event.key === "ArrowRight" && !player) step(1);
    else if (event.key === "ArrowLeft" && !player) step(-1);
    else if ((event.key === "+" || event.key === "-") && !zoom.hidden) enlarge(event.key === "+");
    else return;
    event.preventDefault();
  });
  dialog.addEventListener("close", () => {
    place.replaceChildren();
    forms()[shown]?.querySelector("button").focus();
  });
})();
