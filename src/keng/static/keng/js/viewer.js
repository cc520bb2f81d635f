// Files of a tip in a dialog: arrows go to the next one (each look is a request of its own, and on
// record), plus enlarges, Escape covers. Closing takes the picture out of the page.
(() => {
  "use strict";
  const viewer = () => document.getElementById("viewer");
  const viewed = () => document.getElementById("viewed");
  const zoom = () => viewer().querySelector("[data-zoom]");
  const forms = () => [...document.querySelectorAll("form[data-view]")];
  let shown = -1;

  function enlarge(on) {
    zoom().setAttribute("aria-pressed", String(on));
    viewed().classList.toggle("large", on);
  }

  function step(by) {
    const next = forms()[shown + by];
    if (next) next.querySelector("button").click();
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.matches("form[data-view]")) shown = forms().indexOf(event.target);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const place = viewed();
    if (!place || event.target !== place) return;
    const dialog = viewer();
    enlarge(false);
    zoom().hidden = !place.querySelector("img");
    dialog.querySelector("[data-step='-1']").hidden = shown <= 0;
    dialog.querySelector("[data-step='1']").hidden = shown >= forms().length - 1;
    if (!dialog.open) dialog.showModal();
    place.querySelector(".viewed")?.focus();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("#viewer button");
    if (button?.dataset.step) step(Number(button.dataset.step));
    else if (button?.matches("[data-zoom]")) enlarge(button.getAttribute("aria-pressed") !== "true");
    else if (button?.matches("[data-cover]")) viewer().close();
  });
  document.addEventListener("keydown", (event) => {
    if (!event.target.closest?.("#viewer") || event.ctrlKey || event.metaKey || event.altKey) return;
    // A player has its own arrows: they jump in time.
    const player = event.target.matches("audio, video");
    if (event.key === "ArrowRight" && !player) step(1);
    else if (event.key === "ArrowLeft" && !player) step(-1);
    else if ((event.key === "+" || event.key === "-") && !zoom().hidden) enlarge(event.key === "+");
    else return;
    event.preventDefault();
  });
  // It does not bubble.
  document.addEventListener("close", (event) => {
    if (event.target !== viewer()) return;
    viewed().replaceChildren();
    forms()[shown]?.querySelector("button").focus();
  }, true);
})();
