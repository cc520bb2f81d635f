// How wide the list is, as this browser's officer left it. Not deferred: the page is laid out once.
(() => {
  "use strict";
  const KEPT = "keng-list-width";
  const [LEAST, MOST, STEP] = [20, 60, 2];
  const root = document.documentElement;
  const kept = Number(localStorage.getItem(KEPT));

  function widen(rem) {
    const width = Math.min(MOST, Math.max(LEAST, rem));
    root.style.setProperty("--list-width", `${width}rem`);
    return width;
  }
  if (kept) widen(kept);

  function begin() {
    const edge = document.querySelector(".list-edge");
    const list = document.getElementById("list");
    if (!edge || !list) return;
    const rem = () => parseFloat(getComputedStyle(root).fontSize);
    const now = () => list.getBoundingClientRect().width / rem();
    edge.hidden = false;

    function keep(width) {
      localStorage.setItem(KEPT, String(Math.round(width * 10) / 10));
      edge.ariaValueNow = String(Math.round(width));
    }
    edge.ariaValueNow = String(Math.round(now()));

    edge.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
      if (!step) return;
      event.preventDefault();
      keep(widen(now() + step));
    });
    edge.addEventListener("pointerdown", (event) => {
      edge.setPointerCapture(event.pointerId);
      const drag = (move) => widen((move.clientX - list.getBoundingClientRect().left) / rem());
      const ended = new AbortController();
      const until = { signal: ended.signal };
      edge.addEventListener("pointermove", drag, until);
      // A touch that the browser takes for something else is cancelled and never lifted.
      for (const end of ["pointerup", "pointercancel"])
        edge.addEventListener(end, () => {
          ended.abort();
          keep(now());
        }, until);
    });
    edge.addEventListener("dblclick", () => {
      root.style.removeProperty("--list-width");
      localStorage.removeItem(KEPT);
    });
  }
  document.addEventListener("keng:page", begin);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
