// What another app shared with this one, sealed in this browser until a page of ours opens it: for
// half an hour, under a key that only the tab has. One at a time: what comes later replaces it.
// The service worker seals, and hands the key to the page that opens (shared-key.js).
(() => {
  "use strict";
  const { look, keep, forget } = self.kengSharedStore;
  const LASTS = 30 * 60_000;
  const CIPHER = "AES-GCM";
  const HEAD_BYTES = 4;

  const keyFromText = (text) => {
    const bytes = Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));
    return crypto.subtle.importKey("raw", bytes, CIPHER, false, ["encrypt", "decrypt"]);
  };
  const textFromBytes = (bytes) =>
    btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  // The words and what the files are called, and after them the bytes of the files.
  async function packed(text, files) {
    const about = files.map(({ name, type, size }) => ({ name, type, size }));
    const head = new TextEncoder().encode(JSON.stringify({ text, files: about }));
    const length = new DataView(new ArrayBuffer(HEAD_BYTES));
    length.setUint32(0, head.length);
    return new Blob([length, head, ...files]).arrayBuffer();
  }

  function unpacked(bytes) {
    const end = HEAD_BYTES + new DataView(bytes).getUint32(0);
    const { text, files } = JSON.parse(new TextDecoder().decode(bytes.slice(HEAD_BYTES, end)));
    let at = end;
    return {
      text,
      files: files.map(({ name, type, size }) => {
        at += size;
        return new File([bytes.slice(at - size, at)], name, { type });
      }),
    };
  }

  // Returns the key as text: whoever loses it has lost what was shared.
  async function seal(text, files) {
    const raw = crypto.getRandomValues(new Uint8Array(32));
    const key = textFromBytes(raw);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = await packed(text, files);
    const sealed = await crypto.subtle.encrypt({ name: CIPHER, iv }, await keyFromText(key), plain);
    const kept = { iv, sealed, until: Date.now() + LASTS };
    await keep(kept);
    return key;
  }

  // Null where there is nothing for this key, or its time is over.
  async function open(key) {
    const kept = await look();
    if (!kept) return null;
    if (kept.until <= Date.now()) {
      await forget();
      return null;
    }
    try {
      const plain = await crypto.subtle.decrypt({ name: CIPHER, iv: kept.iv }, await keyFromText(key), kept.sealed);
      return { ...unpacked(plain), until: kept.until };
    } catch {
      return null;
    }
  }

  self.kengSharedBox = { seal, open, forget };
})();
