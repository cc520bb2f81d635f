// A busy database answers a part of a page with 503. htmx puts no such answer into the page, so without
// this an officer presses a button and nothing happens: the words of #busy-said are shown, and read out.
// What asks by itself every few seconds asks again by itself, and says nothing.
(() => {
  "use strict";
  const place = document.getElementById("busy-said");
  if (!place) return;
  const asksByItself = (element) => /\bevery\b|^keng:news$/.test(element?.getAttribute("hx-trigger") || "");

  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status !== 503 || asksByItself(event.detail.elt)) return;
    place.textContent = "";
    place.hidden = false;
    place.textContent = place.dataset.said;
  });
  // The next thing that succeeds: the words are over.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!asksByItself(event.detail.elt)) place.hidden = true;
  });
})();
