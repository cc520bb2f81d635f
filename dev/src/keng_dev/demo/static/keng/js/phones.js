// The phones page asks the server for each phone again and again, and replaces it only when it
// changed, never while somebody types into it.
(() => {
  "use strict";
  const toEnd = (root) => {
    for (const list of [root, ...root.querySelectorAll(".phone-messages")]) {
      if (list.matches?.(".phone-messages")) list.scrollTop = list.scrollHeight;
    }
  };

  async function refresh(place) {
    if (document.hidden) return;
    const box = place.querySelector("input[type=text]");
    if (box && box.value) return;
    let html;
    try {
      const answer = await fetch(place.dataset.poll, { headers: { "X-Requested-With": "fetch" } });
      if (!answer.ok) return;
      html = await answer.text();
    } catch {
      return;
    }
    if (html === place.dataset.last || (box && box.value)) return;
    const hadFocus = box && box === document.activeElement;
    place.dataset.last = html;
    place.innerHTML = html;
    toEnd(place);
    if (hadFocus) place.querySelector("input[type=text]")?.focus();
  }

  toEnd(document);
  for (const place of document.querySelectorAll("[data-poll]")) {
    setInterval(() => refresh(place), Number(place.dataset.every || 1500));
  }
})();
