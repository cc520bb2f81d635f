// HPKE (RFC 9180) in base mode, by WebCrypto alone: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256,
// AES-256-GCM. One message a key: what is sealed reads 65 bytes of the KEM, then the ciphertext.
//   kengHpke.seal(public, {info, aad}, bytes), kengHpke.open(pair, {info, aad}, sealed)
// `public` is the 65 bytes of a point; `pair` has those and a CryptoKey that may derive bits.
// The AEAD can be AES-128-GCM as well, since that is what the vectors of the RFC have.
(() => {
  "use strict";
  const CURVE = { name: "ECDH", namedCurve: "P-256" };
  const POINT_SIZE = 65;
  const HASH_SIZE = 32;
  const NONCE_SIZE = 12;
  const KEM = [0x00, 0x10];
  const KDF = [0x00, 0x01];
  const AEADS = { "AES-128-GCM": { id: [0x00, 0x01], size: 16 }, "AES-256-GCM": { id: [0x00, 0x02], size: 32 } };
  const NOTHING = new Uint8Array();

  const words = (text) => new TextEncoder().encode(text);
  function joined(...parts) {
    const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
  const numbered = (number) => Uint8Array.of(number >> 8, number & 0xff);

  async function hmac(key, bytes) {
    // WebCrypto takes no empty key; HMAC fills every key up with zeros, so these are the same one.
    const known = key.length ? key : new Uint8Array(HASH_SIZE);
    const algorithm = { name: "HMAC", hash: "SHA-256" };
    const imported = await crypto.subtle.importKey("raw", known, algorithm, false, ["sign"]);
    return new Uint8Array(await crypto.subtle.sign("HMAC", imported, bytes));
  }

  // LabeledExtract and LabeledExpand of section 4. Nothing here is longer than one block of the hash.
  const extract = (suite, salt, label, bytes) => hmac(salt, joined(words("HPKE-v1"), suite, words(label), bytes));
  async function expand(suite, key, label, info, size) {
    const labeled = joined(numbered(size), words("HPKE-v1"), suite, words(label), info, Uint8Array.of(1));
    return (await hmac(key, labeled)).slice(0, size);
  }

  const publicKey = (point) => crypto.subtle.importKey("raw", point, CURVE, true, []);

  async function sharedSecret(privateKey, otherPoint, encapsulated, recipient) {
    const suite = joined(words("KEM"), KEM);
    const other = await publicKey(otherPoint);
    const agreed = await crypto.subtle.deriveBits({ name: "ECDH", public: other }, privateKey, 256);
    const key = await extract(suite, NOTHING, "eae_prk", new Uint8Array(agreed));
    return expand(suite, key, "shared_secret", joined(encapsulated, recipient), HASH_SIZE);
  }

  async function boxOf(secret, info, aead, use) {
    const { id, size } = AEADS[aead];
    const suite = joined(words("HPKE"), KEM, KDF, id);
    const psk = await extract(suite, NOTHING, "psk_id_hash", NOTHING);
    const context = joined(Uint8Array.of(0), psk, await extract(suite, NOTHING, "info_hash", info));
    const schedule = await extract(suite, secret, "secret", NOTHING);
    const raw = await expand(suite, schedule, "key", context, size);
    const nonce = await expand(suite, schedule, "base_nonce", context, NONCE_SIZE);
    return { key: await crypto.subtle.importKey("raw", raw, "AES-GCM", false, [use]), nonce };
  }

  async function seal(recipient, { info = NOTHING, aad = NOTHING, aead = "AES-256-GCM" }, bytes) {
    const once = await crypto.subtle.generateKey(CURVE, true, ["deriveBits"]);
    const encapsulated = new Uint8Array(await crypto.subtle.exportKey("raw", once.publicKey));
    const secret = await sharedSecret(once.privateKey, recipient, encapsulated, recipient);
    const { key, nonce } = await boxOf(secret, info, aead, "encrypt");
    const closed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: aad }, key, bytes);
    return joined(encapsulated, new Uint8Array(closed));
  }

  // Fails with OperationError where the key, what it is bound to or a single bit is another one.
  async function open({ privateKey, point }, { info = NOTHING, aad = NOTHING, aead = "AES-256-GCM" }, sealed) {
    const encapsulated = sealed.slice(0, POINT_SIZE);
    const secret = await sharedSecret(privateKey, encapsulated, encapsulated, point);
    const { key, nonce } = await boxOf(secret, info, aead, "decrypt");
    const algorithm = { name: "AES-GCM", iv: nonce, additionalData: aad };
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, sealed.slice(POINT_SIZE)));
  }

  window.kengHpke = { seal, open };
})();
