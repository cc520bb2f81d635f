// The inbox's list: a row opens beside the list where there is room, else as a page of its own; what
// came in is told in the line over the list and in the window's title, and the rows stay in place.
(() => {
  "use strict";
  const pane = () => document.getElementById("detail");
  const list = () => document.getElementById("list");
  const ticks = () => [...document.querySelectorAll(".row-tick input")];

  // All that a row says of it is its link: there are fifty of them in a page.
  document.addEventListener("click", (event) => {
    const row = event.target.closest("a[data-row]");
    const from = row?.closest("[data-beside]")?.dataset.beside;
    const opensElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!from || opensElsewhere || event.defaultPrevented || !pane()?.getClientRects().length) return;
    event.preventDefault();
    const [id] = row.pathname.match(/[0-9a-f-]{36}/);
    row.setAttribute("hx-push-url", `${from}${id}`);
    row.setAttribute("hx-sync", "#detail:replace");
    htmx.ajax("GET", row.pathname, { source: row, target: "#detail" });
  });

  function mark() {
    const shown = new URL(location.href).searchParams.get("tip");
    for (const row of document.querySelectorAll("a[data-row]")) {
      const isShown = shown && row.pathname.includes(shown);
      // What stands so already is not touched: each touch has styles worked out anew.
      if (isShown && !row.hasAttribute("aria-current")) row.setAttribute("aria-current", "true");
      else if (!isShown && row.hasAttribute("aria-current")) row.removeAttribute("aria-current");
    }
  }

  document.addEventListener("keng:change", ({ detail }) => {
    const news = document.getElementById("news");
    if (detail.kind !== "tips" || !news) return;
    detail.waitUntil(new Promise((done) => {
      news.addEventListener("htmx:afterRequest", (event) => done(event.detail.successful), { once: true });
    }));
    htmx.trigger(news, "keng:news");
  });

  // The number stands first, where a narrow tab still shows it.
  function count() {
    if (!list()) return;
    const news = document.querySelector("#news [data-count]");
    const name = document.title.replace(/^\(\d+\) /, "");
    document.title = news ? `(${news.dataset.count}) ${name}` : name;
  }

  // A decision loads the page anew: the open row stands at the same height as the one before it,
  // and what was ticked stays ticked. Of rows nothing but their ids is kept, in this tab alone.
  const PLACE = "keng-list-place";
  const PLACE_LASTS = 600_000;
  const rowShown = () => document.querySelector("[data-rows] [data-row][aria-current]");
  const scroller = () => {
    const rows = document.querySelector(".tip-list[data-rows]");
    return rows && rows.scrollHeight > rows.clientHeight ? rows : document.scrollingElement;
  };
  const ticked = () => ticks().filter((box) => box.checked).map((box) => box.value);
  const tick = (ids) => {
    for (const box of ticks()) box.checked ||= ids.includes(box.value);
    counted();
  };

  let isSent = false;
  function keepPlace() {
    if (!list()) return;
    const row = rowShown();
    const place = {
      at: Date.now(),
      top: row ? Math.round(row.getBoundingClientRect().top) : null,
      scrolled: Math.round(scroller().scrollTop),
      ticked: isSent ? [] : ticked(),
    };
    sessionStorage.setItem(PLACE, JSON.stringify(place));
  }
  addEventListener("pagehide", keepPlace);
  document.addEventListener("keng:exchange", keepPlace);
  document.addEventListener("keng:arrived", () => (isSent = false));

  // Whoever loads the page again begins anew: of ticks that nobody remembers a key would take the tips,
  // and not the tip that is shown.
  let hasBegun = false;
  const isReload = () => !hasBegun && performance.getEntriesByType("navigation")[0]?.type === "reload";

  function findPlace() {
    const kept = JSON.parse(sessionStorage.getItem(PLACE) || "null");
    sessionStorage.removeItem(PLACE);
    const row = rowShown();
    if (kept && Date.now() - kept.at < PLACE_LASTS) {
      if (!isReload()) tick(kept.ticked);
      if (row && kept.top !== null) scroller().scrollTop += row.getBoundingClientRect().top - kept.top;
      else if (row) scroller().scrollTop = kept.scrolled;
    }
    if (row && pane()?.getClientRects().length) row.scrollIntoView({ block: "nearest" });
  }

  let before = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.id === "list") before = ticked();
    // Before the new words are there: afterwards it would have them laid out twice.
    else if (event.target === pane()) pane().scrollTop = 0;
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target === pane()) mark();
    else if (event.target.id === "news") count();
    else if (event.target.id === "list") tick(before);
  });
  document.addEventListener("htmx:load", () => {
    mark();
    count();
  });

  // How many are ticked stands in the bar under the list.
  function counted() {
    const amount = ticked().length;
    for (const place of document.querySelectorAll("[data-ticked]")) place.textContent = amount || "";
  }

  document.addEventListener("submit", (event) => {
    // The page of one answer for many may be left again, and the ticks are wanted until it is sent.
    if (event.target.id === "chosen") isSent = !event.submitter?.matches("[data-asks-more]");
    else if (event.submitter?.matches("[data-sends-to-ticked]")) sessionStorage.removeItem(PLACE);
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-untick]")) return;
    for (const box of document.querySelectorAll(".row-tick input, [data-all]")) box.checked = false;
    counted();
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
    counted();
  });

  function begin() {
    mark();
    count();
    if (list()) findPlace();
  }
  document.addEventListener("keng:page", begin);
  if (list()) findPlace();
  hasBegun = true;
})();
