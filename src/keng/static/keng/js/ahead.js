// J and K paint at once. While a tip is read, the panes beside it in the list are fetched, one at a
// time, and kept in this page alone. On the key the kept pane is put in; the server is then told that the
// tip was opened, and answers whether it still stands so and may still be seen. What was fetched ahead
// and never shown leaves no trace there.
(() => {
  "use strict";
  const KEPT_FOR = 60_000;
  const MOST_KEPT = 5;
  const STANDS_OTHERWISE = 205;
  const LONGEST_FRAME = 250;
  const kept = new Map();
  let fetching = null;
  let wanted = null;
  let step = 1;
  let isTypedIn = false;

  const pane = () => document.getElementById("detail");
  const isBeside = () => Boolean(pane()?.getClientRects().length);
  const addressOf = (row) => row?.matches("[data-beside] a") && row.pathname;
  const rowAt = (address) => document.querySelector(`[data-beside] a[data-row][href="${CSS.escape(address)}"]`);
  const rows = () =>
    [...document.querySelectorAll("[data-rows] :is(a, summary)[data-row]")].filter(
      (row) => row.getClientRects().length,
    );
  function keptAt(address) {
    const found = kept.get(address);
    return found && Date.now() - found.at < KEPT_FOR ? found.html : null;
  }

  function keep(address, html) {
    kept.delete(address);
    kept.set(address, { html, at: Date.now() });
    while (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
  }
  function forget() {
    fetching?.abort.abort();
    fetching = wanted = null;
    kept.clear();
  }

  // Two on the way that the officer walks, and the one behind.
  function addressesBeside() {
    const all = rows();
    const at = all.findIndex((row) => row.hasAttribute("aria-current"));
    const ways = at < 0 ? [1, 2] : [step, 2 * step, -step];
    return ways.map((way) => addressOf(all[at + way])).filter((address) => address && !keptAt(address));
  }

  async function fetchBeside() {
    if (fetching || document.hidden || !isBeside()) return;
    const [address] = addressesBeside();
    if (!address) return;
    const mine = { address, abort: new AbortController() };
    fetching = mine;
    const html = await paneAhead(address, mine.abort.signal);
    if (fetching !== mine) return;
    fetching = null;
    if (html) keep(address, html);
    if (wanted === address) openWanted();
    // A server that gave none is not asked again at once.
    if (html) fetchBeside();
  }

  async function paneAhead(address, signal) {
    try {
      const headers = { "HX-Request": "true" };
      const answer = await fetch(`${address}?part=ahead`, { headers, signal });
      return answer.ok && !answer.redirected ? await answer.text() : null;
    } catch {
      return null;
    }
  }

  // The key came before the answer: it is shown as soon as it is there, or asked for as ever.
  function openWanted() {
    const address = wanted;
    wanted = null;
    if (keptAt(address)) paint(address);
    else rowAt(address)?.click();
  }

  function paint(address) {
    const row = rowAt(address);
    if (!row) return;
    pane().scrollTop = 0;
    // As htmx does once its answer is there: the address names the tip before it is shown.
    history.pushState({ htmx: true }, "", row.getAttribute("hx-push-url"));
    document.dispatchEvent(new Event("keng:beside"));
    htmx.swap(pane(), keptAt(address), { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });
    isTypedIn = false;
    const place = pane().querySelector("[data-now]");
    afterPainting(() => {
      confirmOpened(address, place);
      fetchBeside();
    });
  }

  // What is asked of the server waits for the words to stand on the screen: browser and server may
  // share one machine. Where nothing is painted (another tab is in front) it is asked all the same.
  function afterPainting(work) {
    let isDone = false;
    const once = () => {
      if (!isDone) work();
      isDone = true;
    };
    requestAnimationFrame(() => setTimeout(once));
    setTimeout(once, LONGEST_FRAME);
  }

  async function confirmOpened(address, place) {
    const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value || "";
    let answer;
    try {
      answer = await fetch(place.dataset.now, {
        method: "POST",
        headers: { "X-CSRFToken": token },
        body: new URLSearchParams({ seen: place.dataset.seen, opened: "1" }),
      });
    } catch {
      // No network: what was painted stays, and presence.js tells the server when there is one again.
      return;
    }
    const isShown = place.isConnected;
    if (answer.status === STANDS_OTHERWISE) {
      kept.delete(address);
      // Words typed meanwhile stay: presence.js tells what is new, and a stale form is refused.
      if (isShown && !isTypedIn) rowAt(address)?.click();
    } else if (!answer.ok || answer.redirected) {
      // Gone, refused or signed out: its own page says so, and nothing that was kept stays here.
      forget();
      if (isShown) location.assign(address);
    } else if (isShown) place.innerHTML = (await answer.text()).trim();
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    const row = event.target.closest("a[data-row]");
    if (!row || event.defaultPrevented || !isBeside()) return;
    const address = addressOf(row);
    wanted = null;
    if (keptAt(address)) {
      event.preventDefault();
      paint(address);
    } else if (fetching?.address === address) {
      event.preventDefault();
      wanted = address;
    }
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const row = event.target.closest("a[data-row]");
    if (!row || !event.detail.successful || !event.detail.xhr) return;
    keep(addressOf(row), event.detail.xhr.responseText);
    fetchBeside();
  });
  document.addEventListener("input", (event) => {
    if (pane()?.contains(event.target)) isTypedIn = true;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "j" || event.key === "k") step = event.key === "j" ? 1 : -1;
  }, true);
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "list") return;
    forget();
    fetchBeside();
  });
  document.addEventListener("keng:page", () => {
    forget();
    fetchBeside();
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? forget() : fetchBeside()));
  addEventListener("pagehide", forget);
  addEventListener("load", fetchBeside);
})();
