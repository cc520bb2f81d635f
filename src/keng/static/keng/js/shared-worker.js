// Catches what another app shares with this one: the server never gets it, and no page of another
// site reads it. It is sealed, and the page that opens it gets the key behind the "#" of its address,
// which no browser sends. SHARED_AT (the address) and SHARED_PAGE stand before this script.
"use strict";

const MOST_WORDS = 8000;
const MOST_FILES = 5;
const MOST_FILE_BYTES = 20 * 1024 * 1024;

const sharedWords = (form) => {
  const parts = ["title", "text", "url"].map((name) => String(form.get(name) || "").trim());
  // Apps put the same address into several of them.
  return parts.filter((part, at) => part && !parts.slice(0, at).some((before) => before.includes(part)));
};

async function catchShared(request) {
  try {
    const form = await request.formData();
    const files = form.getAll("files").filter((file) => file instanceof File && file.size);
    const kept = files.filter((file) => file.size <= MOST_FILE_BYTES).slice(0, MOST_FILES);
    const key = await self.kengSharedBox.seal(sharedWords(form).join("\n").slice(0, MOST_WORDS), kept);
    return Response.redirect(`${SHARED_PAGE}#${key}`, 303);
  } catch {
    // The page says that nothing came, and that it can be pasted.
    return Response.redirect(`${SHARED_PAGE}#none`, 303);
  }
}

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method !== "POST" || new URL(url).pathname !== SHARED_AT) return;
  event.respondWith(catchShared(event.request));
});
