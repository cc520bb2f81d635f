// A holder's key: made here, and wrapped here before anything of it leaves. What wraps it is a secret
// that a passkey gives (the extension PRF of WebAuthn), or an opening phrase. WebCrypto wraps and
// unwraps by itself: no script, this one included, has the private half as bytes.
//   kengHolderKey.bytes(text), kengHolderKey.text(bytes): base64url, as everything here is sent
//   kengHolderKey.make() -> pair
//   kengHolderKey.wrap(pair, {prf | phrase}, salt) -> bytes
//   kengHolderKey.unwrap(bytes, point, {prf | phrase}, salt, {toWrap}) -> pair
(() => {
  "use strict";
  const CURVE = { name: "ECDH", namedCurve: "P-256" };
  const BOX = { name: "AES-GCM", length: 256 };
  const USES = ["wrapKey", "unwrapKey"];
  const ROUNDS = 600_000;
  const NONCE_SIZE = 12;
  const words = (text) => new TextEncoder().encode(text);

  const bytes = (sent) => Uint8Array.from(atob(sent.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (raw) => btoa(String.fromCharCode(...raw)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  async function make() {
    const made = await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]);
    const point = new Uint8Array(await crypto.subtle.exportKey("raw", made.publicKey));
    return { privateKey: made.privateKey, point };
  }

  async function boxFrom({ prf, phrase }, salt) {
    if (prf) {
      const secret = await crypto.subtle.importKey("raw", prf, "HKDF", false, ["deriveKey"]);
      const way = { name: "HKDF", hash: "SHA-256", salt, info: words("keng holder key passkey") };
      return crypto.subtle.deriveKey(way, secret, BOX, false, USES);
    }
    const secret = await crypto.subtle.importKey("raw", words(phrase), "PBKDF2", false, ["deriveKey"]);
    const way = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
    return crypto.subtle.deriveKey(way, secret, BOX, false, USES);
  }

  // Bound to its public half: a wrap that is put in another's place opens nothing.
  const algorithm = (nonce, point) => ({ name: "AES-GCM", iv: nonce, additionalData: point });

  async function wrap({ privateKey, point }, by, salt) {
    const nonce = crypto.getRandomValues(new Uint8Array(NONCE_SIZE));
    const box = await boxFrom(by, salt);
    const closed = await crypto.subtle.wrapKey("pkcs8", privateKey, box, algorithm(nonce, point));
    return Uint8Array.of(...nonce, ...new Uint8Array(closed));
  }

  // Only for another wrap may it leave this browser's keeping again, and only wrapped.
  async function unwrap(wrapped, point, by, salt, { toWrap = false } = {}) {
    const [nonce, closed] = [wrapped.slice(0, NONCE_SIZE), wrapped.slice(NONCE_SIZE)];
    const box = await boxFrom(by, salt);
    const way = algorithm(nonce, point);
    const privateKey = await crypto.subtle.unwrapKey("pkcs8", closed, box, way, CURVE, toWrap, ["deriveBits"]);
    return { privateKey, point };
  }

  window.kengHolderKey = { bytes, text, make, wrap, unwrap };
})();
