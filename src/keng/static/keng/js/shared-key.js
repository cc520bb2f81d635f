// Asks the service worker for the key of what it has just sealed (shared-worker.js). The key comes to this
// page alone and stands in no address: the history of a browser keeps addresses.
(() => {
  "use strict";
  const KEY = "keng-shared";
  const WITHIN = 5_000;

  function askWorker() {
    return new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => resolve(data);
      setTimeout(() => resolve(null), WITHIN);
      const worker = navigator.serviceWorker?.controller;
      if (worker) worker.postMessage("keng:shared-key", [port2]);
      else resolve(null);
    });
  }

  // The key that this tab has, "none" where it was lost, or null: nothing was shared with this page.
  async function keyOfTab() {
    if (location.hash) {
      const isShared = location.hash === "#shared";
      // Neither the history nor a second look at this address asks again.
      history.replaceState(null, "", location.pathname);
      sessionStorage.setItem(KEY, (isShared && (await askWorker())) || "none");
    }
    return sessionStorage.getItem(KEY);
  }

  self.kengSharedKey = keyOfTab;
})();
