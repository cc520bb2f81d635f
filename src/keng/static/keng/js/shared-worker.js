// Catches what another app shares with this one: the server never gets it, and no page of another
// site reads it. It is sealed, and the page that opens it asks for the key, which stands in no
// address. SHARED_AT (the address) and SHARED_PAGE stand before this script.
"use strict";

const MOST_WORDS = 8000;
const MOST_FILES = 5;
const MOST_FILE_BYTES = 20 * 1024 * 1024;
// So long a key waits in memory for its page, which may come over a slow network.
const KEY_WAITS = 120_000;
let waiting = null;

const sharedWords = (form) => {
  const parts = ["title", "text", "url"].map((name) => String(form.get(name) || "").trim());
  // Apps put the same address into several of them.
  return parts.filter((part, at) => part && !parts.slice(0, at).some((before) => before.includes(part)));
};

// One at a time, as in the box: the key of what came before opens nothing any more.
function offerKey(key, client) {
  return new Promise((resolve) => {
    const offer = { key, client, end: resolve };
    waiting?.end();
    waiting = offer;
    setTimeout(() => {
      if (waiting === offer) waiting = null;
      resolve();
    }, KEY_WAITS);
  });
}

function giveKey({ data, source, ports: [port] }) {
  if (data !== "keng:shared-key" || !port) return;
  const isTheirs = waiting && (!waiting.client || waiting.client === source.id);
  port.postMessage(isTheirs ? waiting.key : null);
  if (!isTheirs) return;
  waiting.end();
  waiting = null;
}

async function catchShared(event) {
  try {
    const form = await event.request.formData();
    const files = form.getAll("files").filter((file) => file instanceof File && file.size);
    const kept = files.filter((file) => file.size <= MOST_FILE_BYTES).slice(0, MOST_FILES);
    const key = await self.kengSharedBox.seal(sharedWords(form).join("\n").slice(0, MOST_WORDS), kept);
    // The worker stays until the page has asked.
    event.waitUntil(offerKey(key, event.resultingClientId));
    return Response.redirect(`${SHARED_PAGE}#shared`, 303);
  } catch {
    // The page says that nothing came, and that it can be pasted.
    return Response.redirect(`${SHARED_PAGE}#none`, 303);
  }
}

const { sweep } = self.kengSharedStore;

self.addEventListener("message", giveKey);
// Whoever had the worker of before has this one at once: that one would let a share through.
self.addEventListener("install", () => self.skipWaiting());
for (const name of ["activate", "push"]) {
  self.addEventListener(name, (event) => event.waitUntil(sweep()));
}
self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  if (method === "POST" && new URL(url).pathname === SHARED_AT) event.respondWith(catchShared(event));
  else if (mode === "navigate") event.waitUntil(sweep());
});
