// Files before they are sent: too large or too many is said at once and not after minutes of
// sending, and pictures are made smaller where somebody wants that. What is drawn anew says neither
// where nor with what it was taken. Without script the site says all of it after sending.
(() => {
  "use strict";
  const LONGEST_SIDE = 2_000;
  const QUALITY = 0.82;
  const WORTH_IT = 700_000;
  const PICTURE = /^image\/(jpeg|png|webp|hei[cf])$/;
  const smaller = new WeakMap();

  function size(bytes) {
    const inMegabytes = bytes >= 1_000_000;
    const value = inMegabytes ? bytes / 1_000_000 : Math.max(1, bytes / 1_000);
    const words = value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
    return `${words} ${inMegabytes ? "MB" : "kB"}`;
  }

  function look(input) {
    const parts = input.form.querySelector("[data-files]");
    if (!parts) return;
    const files = [...input.files];
    const most = Number(parts.dataset.most);
    const problems = files
      .filter((file) => file.size > Number(parts.dataset.bytes))
      .map((file) => parts.dataset.tooLarge.replace("{name}", file.name));
    if (files.length > most) problems.push(parts.dataset.tooMany);
    const note = parts.querySelector("[data-too-much]");
    note.textContent = problems.join(" ");
    note.hidden = !problems.length;
    const offer = parts.querySelector("[data-smaller]");
    const heavy = files.filter(isWorthIt);
    offer.hidden = !heavy.length;
    const total = heavy.reduce((sum, file) => sum + file.size, 0);
    offer.querySelector("[data-now]").textContent = size(total);
    offer.querySelector("[data-then]").textContent = "";
    const box = offer.querySelector("input");
    if (!heavy.length) box.checked = false;
    // What is chosen after the tick is made smaller as well.
    if (box.checked) shrinkAll(box);
  }

  function isWorthIt(file) {
    return PICTURE.test(file.type) && file.size > WORTH_IT;
  }

  async function shrink(file) {
    const drawn = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST_SIDE / Math.max(drawn.width, drawn.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(drawn.width * scale);
    canvas.height = Math.round(drawn.height * scale);
    const brush = canvas.getContext("2d");
    brush.fillStyle = "white";
    brush.fillRect(0, 0, canvas.width, canvas.height);
    brush.drawImage(drawn, 0, 0, canvas.width, canvas.height);
    drawn.close();
    const made = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
    if (!made || made.size >= file.size) return file;
    return new File([made], file.name.replace(/\.[^.]*$/, "") + ".jpg", { type: "image/jpeg" });
  }

  async function shrinkAll(box) {
    const input = box.form.querySelector("input[type=file]");
    const then = box.closest("[data-smaller]").querySelector("[data-then]");
    if (!box.checked) {
      then.textContent = "";
      return;
    }
    let total = 0;
    for (const file of [...input.files].filter(isWorthIt)) {
      try {
        if (!smaller.has(file)) smaller.set(file, await shrink(file));
      } catch {
        // A picture that this browser cannot draw goes as it is.
        smaller.set(file, file);
      }
      total += smaller.get(file).size;
    }
    if (box.checked) then.textContent = ` → ${size(total)}`;
  }

  document.addEventListener("change", (event) => {
    if (event.target.matches("input[type=file]")) look(event.target);
    else if (event.target.matches("[data-smaller] input")) shrinkAll(event.target);
  });

  // What send.js is about to send; a picture that is not drawn yet goes as it is.
  document.addEventListener(
    "keng:data",
    (event) => {
      const box = event.target.querySelector("[data-smaller] input");
      if (!box?.checked) return;
      const input = event.target.querySelector("input[type=file]");
      event.detail.delete(input.name);
      for (const file of input.files) event.detail.append(input.name, smaller.get(file) || file);
    },
    true,
  );
})();
