// Deletes what another app shared (shared-box.js) once its half hour is over, on whatever page of ours
// comes next, and while one stays open. Pages and service worker load it; the box uses its store.
(() => {
  "use strict";
  // Two parts of one page may have asked for this script.
  if (self.kengSharedStore) return;
  let timer = 0;
  const DATABASE = "keng-shared";
  const STORE = "box";

  const isDone = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  // Closed after each step: an open connection would keep "Quick exit" from deleting it.
  async function inStore(mode, ask) {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => {
      // Looking for it makes none.
      if (mode === "readonly") opening.transaction.abort();
      else opening.result.createObjectStore(STORE);
    };
    const database = await isDone(opening);
    try {
      return await isDone(ask(database.transaction(STORE, mode).objectStore(STORE)));
    } finally {
      database.close();
    }
  }

  // Undefined where there is none.
  const look = () => inStore("readonly", (store) => store.get(STORE)).catch(() => undefined);
  const keep = (box) => inStore("readwrite", (store) => store.put(box, STORE));
  const forget = () => isDone(indexedDB.deleteDatabase(DATABASE));

  async function sweep() {
    if (!self.indexedDB) return;
    const box = await look();
    if (!box) return;
    const left = box.until - Date.now();
    clearTimeout(timer);
    if (left > 0) timer = setTimeout(sweep, left);
    else await forget().catch(() => {});
  }

  self.kengSharedStore = { look, keep, forget, sweep };
  sweep();
})();
