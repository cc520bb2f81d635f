// The inbox's list: a row opens beside the list where there is room, else as a page of its own; what
// came in is told in the line over the list and in the window's title, and the rows stay in place.
(() => {
  "use strict";
  const pane = () => document.getElementById("detail");
  const list = () => document.getElementById("list");
  const ticks = () => [...document.querySelectorAll(".row-tick input")];

  document.addEventListener("htmx:beforeRequest", (event) => {
    const row = event.target.closest("a[data-row]");
    if (!row || (pane() && pane().getClientRects().length)) return;
    event.preventDefault();
    location.assign(row.href);
  });

  function mark() {
    const shown = new URL(location.href).searchParams.get("tip");
    for (const row of document.querySelectorAll("a[data-row]")) {
      const isShown = shown && row.pathname.includes(shown);
      if (isShown) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  }

  // The number stands first, where a narrow tab still shows it.
  function count() {
    if (!list()) return;
    const news = document.querySelector("#news [data-count]");
    const name = document.title.replace(/^\(\d+\) /, "");
    document.title = news ? `(${news.dataset.count}) ${name}` : name;
  }

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target === pane()) {
      pane().scrollTop = 0;
      mark();
    } else if (event.target.id === "news") count();
  });
  document.addEventListener("htmx:load", () => {
    mark();
    count();
  });

  // Shift and a box: all between it and the one ticked before.
  let last = null;
  document.addEventListener("click", (event) => {
    if (!event.target.matches(".row-tick input")) return;
    const all = ticks();
    const [from, to] = [all.indexOf(last), all.indexOf(event.target)].sort((a, b) => a - b);
    if (event.shiftKey && from >= 0)
      for (const box of all.slice(from, to + 1)) box.checked = event.target.checked;
    last = event.target;
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]"))
      for (const box of ticks()) box.checked = event.target.checked;
  });
})();
