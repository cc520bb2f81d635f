// Two officers on one tip: every 20 seconds an open page says that it is still there, and learns
// who else is and what they did. A page nobody looks at says nothing.
// The first of these says that the tip was read: four seconds in view, and no other opened instead.
(() => {
  "use strict";
  const EVERY = 20_000;
  const READ_AFTER = 4_000;
  let reading;

  const shown = () => document.querySelector("[data-now]");

  async function tell() {
    const place = shown();
    if (!place || document.hidden) return;
    const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value || "";
    const said = { seen: place.dataset.seen };
    if (place.dataset.unread === "over") said.read = "1";
    try {
      const answer = await fetch(place.dataset.now, {
        method: "POST",
        headers: { "X-CSRFToken": token },
        body: new URLSearchParams(said),
      });
      if (!answer.ok || answer.redirected) return;
      const html = (await answer.text()).trim();
      // The same words again would be read out again.
      if (html !== place.dataset.last) place.innerHTML = html;
      place.dataset.last = html;
      if (said.read) {
        delete place.dataset.unread;
        if (place === shown()) document.querySelector("a[data-row][aria-current]")?.classList.remove("new");
      }
    } catch {
      // No network: the page stays as it is, and the next time may be better.
    }
  }

  function read() {
    clearTimeout(reading);
    const place = shown();
    if (place?.dataset.unread === undefined || document.hidden) return;
    reading = setTimeout(() => {
      place.dataset.unread = "over";
      tell();
    }, READ_AFTER);
  }

  setInterval(tell, EVERY);
  document.addEventListener("visibilitychange", () => {
    tell();
    read();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "detail") read();
  });
  document.addEventListener("keng:page", read);
  read();
})();
