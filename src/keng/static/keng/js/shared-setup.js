// "Share to Kẻng" on this phone: only after a tap is anything put into the browser. Where the browser
// offers to install, the same tap asks it; elsewhere the page says where in its menu that is.
(() => {
  "use strict";
  if (!("serviceWorker" in navigator) || !("indexedDB" in window)) return;
  let offer = null;

  function begin() {
    const part = document.querySelector("[data-share-setup]");
    if (!part) return;
    const show = (name) => {
      for (const each of part.querySelectorAll("[data-setup-said]")) {
        each.hidden = each.dataset.setupSaid !== name;
      }
    };
    part.hidden = false;
    part.querySelector("button").addEventListener("click", async () => {
      try {
        await navigator.serviceWorker.register(part.dataset.worker);
        await navigator.serviceWorker.ready;
        show("ready");
        await offer?.prompt();
        offer = null;
      } catch {
        show("failed");
      }
    });
  }

  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer = event;
  });
  document.addEventListener("keng:page", begin);
  document.addEventListener("keng:shown", begin);
  begin();
})();
