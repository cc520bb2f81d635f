// J and K paint at once. While a tip is read, the panes beside it in the list are fetched, one at a
// time, and kept in this page alone. On the key the kept pane is put in, and the request that opens the
// row (hx-get) confirms it: its answer replaces the pane where the two differ, and only it says to the
// server that the tip was opened. What was fetched ahead and never shown leaves no trace there.
(() => {
  "use strict";
  const KEPT_FOR = 60_000;
  const MOST_KEPT = 4;
  const kept = new Map();
  let fetching = null;
  let painted = null;
  let confirmed = null;

  const pane = () => document.getElementById("detail");
  const isBeside = () => Boolean(pane()?.getClientRects().length);
  const addressOf = (row) => row.getAttribute("hx-get");
  const openers = () =>
    [...document.querySelectorAll("[data-rows] :is(a, summary)[data-row]")].filter(
      (row) => row.getClientRects().length,
    );
  // Every answer masks the same token anew.
  const withoutTokens = (html) => html.replace(/(name="csrfmiddlewaretoken" value=")[^"]*/g, "$1");
  let isTypedIn = false;
  document.addEventListener("input", (event) => {
    if (pane()?.contains(event.target)) isTypedIn = true;
  });

  function keep(address, html) {
    kept.delete(address);
    kept.set(address, { html, at: Date.now() });
    while (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
  }
  const fresh = (address) => {
    const found = kept.get(address);
    return found && Date.now() - found.at < KEPT_FOR ? found.html : null;
  };

  function stop() {
    fetching?.abort();
    fetching = null;
  }
  function forget() {
    stop();
    kept.clear();
  }

  // The next one first: that is where most officers go.
  async function fetchBeside() {
    stop();
    if (!isBeside() || document.hidden) return;
    const rows = openers();
    const at = rows.findIndex((row) => row.hasAttribute("aria-current"));
    const mine = new AbortController();
    fetching = mine;
    for (const row of [rows[at + 1], at > 0 && rows[at - 1]]) {
      const address = row && addressOf(row);
      if (!address || fresh(address)) continue;
      const html = await paneAhead(address, mine.signal);
      if (mine.signal.aborted) return;
      if (html) keep(address, html);
    }
    if (fetching === mine) fetching = null;
  }

  async function paneAhead(address, signal) {
    try {
      const headers = { "HX-Request": "true" };
      const answer = await fetch(`${address}?part=ahead`, { headers, signal });
      return answer.ok && !answer.redirected ? await answer.text() : null;
    } catch {
      // Nothing kept: the key asks the server, as it does without this.
      return null;
    }
  }

  const put = (html) => htmx.swap(pane(), html, { swapStyle: "innerHTML", swapDelay: 0, settleDelay: 0 });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const row = event.target.closest("a[data-row]");
    if (!row || event.defaultPrevented || !isBeside()) return;
    stop();
    const address = addressOf(row);
    const html = fresh(address);
    if (confirmed) keep(confirmed.address, confirmed.html);
    confirmed = null;
    painted = null;
    if (!html) return;
    painted = { address, html };
    isTypedIn = false;
    // As htmx does once the answer is there: the address names the tip before it is shown.
    history.pushState({ htmx: true }, "", row.getAttribute("hx-push-url"));
    put(html);
  });

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig, xhr, shouldSwap } = event.detail;
    if (event.detail.target !== pane() || !requestConfig?.elt?.matches("a[data-row]")) return;
    const address = addressOf(requestConfig.elt);
    if (painted?.address !== address) {
      if (shouldSwap && new URL(xhr.responseURL).pathname === address) confirmed = { address, html: xhr.responseText };
      return;
    }
    event.detail.shouldSwap = false;
    const shown = painted.html;
    painted = null;
    // Refused, gone or signed out: its own page says so, and nothing that was kept stays here.
    if (!shouldSwap || new URL(xhr.responseURL).pathname !== address) {
      forget();
      location.assign(address);
      return;
    }
    confirmed = { address, html: xhr.responseText };
    // Words typed meanwhile stay: their form carries the version it was made from, and is refused.
    if (withoutTokens(shown) !== withoutTokens(confirmed.html) && !isTypedIn) put(confirmed.html);
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.closest("a[data-row]") && event.detail.successful) fetchBeside();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "list") return;
    forget();
    fetchBeside();
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? forget() : fetchBeside()));
  addEventListener("pagehide", forget);
  addEventListener("load", fetchBeside);
})();
