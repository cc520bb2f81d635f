// Finds the number of a puzzle: SHA-256 of salt and number is the challenge. Answers it, or -1.
"use strict";
const AT_ONCE = 64;

function hex(bytes) {
  return Array.from(new Uint8Array(bytes), (each) => each.toString(16).padStart(2, "0")).join("");
}

async function solve({ challenge, maxnumber, salt }) {
  const encoder = new TextEncoder();
  const first = parseInt(challenge.slice(0, 8), 16);
  // Several at once: each digest is answered by another thread, and waiting for it costs most.
  for (let from = 0; from <= maxnumber; from += AT_ONCE) {
    const found = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, step) =>
        crypto.subtle.digest("SHA-256", encoder.encode(salt + (from + step))),
      ),
    );
    for (let step = 0; step < AT_ONCE; step += 1) {
      if (new DataView(found[step]).getUint32(0) === first && hex(found[step]) === challenge) {
        return from + step;
      }
    }
  }
  return -1;
}

self.addEventListener("message", async ({ data }) => self.postMessage(await solve(data)));
