// "Share to Kẻng" on this phone: only after a tap is anything put into the browser. Where the browser
// offers to install, the same tap asks it; elsewhere the page says where in its menu that is.
(() => {
  "use strict";
  if (!("serviceWorker" in navigator) || !("indexedDB" in window)) return;
  let offer = null;

  // A browser that has warnings pushed to it had a worker before, which would send a share to the site.
  async function newestRuns(registration) {
    await registration.update();
    await navigator.serviceWorker.ready;
    const coming = registration.installing || registration.waiting;
    if (!coming) return;
    await new Promise((resolve, reject) => {
      coming.addEventListener("statechange", () => {
        if (coming.state === "activated") resolve();
        if (coming.state === "redundant") reject(new Error(coming.state));
      });
      if (coming.state === "activated") resolve();
    });
    if (registration.installing || registration.waiting) throw new Error("waits");
  }

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
        const registration = await navigator.serviceWorker.register(part.dataset.worker);
        await newestRuns(registration);
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
