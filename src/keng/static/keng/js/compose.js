// Live preview of a warning while it is written. The server does the real check on submit;
// this only mirrors the words and counts them, so nothing depends on it.
(() => {
  "use strict";
  const form = document.querySelector("form[data-compose]");
  if (!form) return;
  const counter = document.querySelector("[data-word-count]");
  const limit = Number(counter?.dataset.wordCount || 0);

  // A number in groups of figures is one word, as the server counts.
  const words = (text) => text.replace(/([0-9])[ .](?=[0-9])/g, "$1").split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word)).length;

  function mirror(box) {
    for (const place of document.querySelectorAll(`[data-preview="${CSS.escape(box.name)}"]`)) {
      place.textContent = box.value || place.dataset.empty || "";
    }
  }

  function count() {
    if (!counter) return;
    let total = 0;
    for (const box of form.querySelectorAll("[data-counted]")) total += words(box.value);
    counter.textContent = total;
    counter.closest("[data-over]")?.setAttribute("data-over", String(limit > 0 && total > limit));
  }

  // How long a short form is on the air, as keng.channels.sms.fitting counts it.
  const basic = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡" +
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
  const extended = new Set("^{}\\[~]|€");
  const signs = { "“": '"', "”": '"', "‘": "'", "’": "'", "…": "...", "–": "-", "—": "-", "•": "-",
    "\u00a0": " ", "đ": "d", "Đ": "D" };

  function withoutMarks(text) {
    const bare = text.normalize("NFD").replace(/\p{M}/gu, "");
    return [...bare].map((letter) => signs[letter] ?? letter).join("");
  }

  function smsParts(text) {
    const letters = [...text];
    const isPlain = letters.every((letter) => basic.has(letter) || extended.has(letter));
    const [single, joined] = isPlain ? [160, 153] : [70, 67];
    const widths = letters.map((letter) => (isPlain ? extended.has(letter) : letter.length > 1) ? 2 : 1);
    if (widths.reduce((sum, width) => sum + width, 0) <= single) return 1;
    let parts = 1;
    let used = 0;
    for (const width of widths) {
      if (used + width > joined) {
        parts += 1;
        used = 0;
      }
      used += width;
    }
    return parts;
  }

  function countShortForms() {
    for (const line of document.querySelectorAll("[data-short-count]")) {
      const written = form.elements[line.dataset.shortCount].value.split(/\s+/).join(" ").trim();
      const words = !written || /[.!?…]$/.test(written) ? written : `${written}.`;
      const marked = `${line.dataset.head}${words}${line.dataset.tail}`.normalize("NFC");
      for (const [name, text] of [["marked", marked], ["plain", withoutMarks(marked)]]) {
        line.querySelector(`[data-sms="${name}-characters"]`).textContent = [...text].length;
        line.querySelector(`[data-sms="${name}-parts"]`).textContent = smsParts(text);
      }
    }
  }

  // Leaving a box counts the audience anew, and new lines move the page. While a button is held,
  // that would take the button from under the hand: the count waits until it is let go.
  let isHeld = false;
  let countLater = null;
  form.addEventListener("pointerdown", (event) => {
    isHeld = Boolean(event.target.closest("button"));
  });
  form.addEventListener("htmx:confirm", (event) => {
    if (!isHeld) return;
    event.preventDefault();
    countLater = event.detail.issueRequest;
  });
  for (const end of ["pointerup", "pointercancel"]) {
    window.addEventListener(end, () => {
      isHeld = false;
      // After the click that this may be: sending the form needs no count.
      setTimeout(() => {
        countLater?.();
        countLater = null;
      });
    });
  }

  form.addEventListener("input", (event) => {
    if (event.target.name) mirror(event.target);
    count();
    countShortForms();
  });
  for (const box of form.querySelectorAll("[name]")) mirror(box);
  count();
  countShortForms();
})();
