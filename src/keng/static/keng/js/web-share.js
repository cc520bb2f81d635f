// "Share": hands text, link and picture to whatever app somebody chooses on their phone. Hidden where a
// browser cannot; the picture stays away where it takes none.
(() => {
  "use strict";
  if (!navigator.share) return;

  async function picture(button) {
    if (!button.dataset.sharePicture || !navigator.canShare) return [];
    const answer = await fetch(button.dataset.sharePicture);
    const file = new File([await answer.blob()], "canh-bao.png", { type: "image/png" });
    return answer.ok && navigator.canShare({ files: [file] }) ? [file] : [];
  }

  // Fetched before the tap: a browser that waits for a picture forgets that somebody tapped.
  const pictures = new WeakMap();
  for (const button of document.querySelectorAll("[data-share-text]")) {
    button.hidden = false;
    const load = () => pictures.has(button) || pictures.set(button, picture(button).catch(() => []));
    button.addEventListener("pointerenter", load);
    button.addEventListener("focus", load);
    button.addEventListener("click", async () => {
      load();
      const files = await pictures.get(button);
      const text = document.querySelector(button.dataset.shareText).textContent.trim();
      // Closed without choosing an app: nothing to say.
      await navigator.share({ text, ...(files.length ? { files } : {}) }).catch(() => {});
    });
  }
})();
