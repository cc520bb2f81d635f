// An opening phrase: 8 groups of 6 digits, drawn by the browser and copied from paper. Each group is
// a number below 65,536 times 11, so there are 128 bits in all, and one wrong digit, or two digits
// that changed places, is found in its group. This is the form of BitLocker's recovery password,
// which who looks after computers has copied before.
//   kengPhrase.draw(), kengPhrase.read(typed) -> {phrase} or {group}, the first that is not right
(() => {
  "use strict";
  const GROUPS = 8;
  const DIGITS = 6;
  const CHECK = 11;
  const BELOW = 65_536 * CHECK;

  const draw = () =>
    [...crypto.getRandomValues(new Uint16Array(GROUPS))]
      .map((number) => String(number * CHECK).padStart(DIGITS, "0"))
      .join("-");

  // Blanks, dashes and line breaks are as one likes; anything that is no digit goes.
  function read(typed) {
    const digits = typed.replace(/[^0-9]/g, "");
    for (let group = 0; group < GROUPS; group += 1) {
      const part = digits.slice(group * DIGITS, (group + 1) * DIGITS);
      if (part.length < DIGITS || part % CHECK || part >= BELOW) return { group: group + 1 };
    }
    if (digits.length > GROUPS * DIGITS) return { group: GROUPS };
    return { phrase: digits.match(/.{6}/g).join("-") };
  }

  window.kengPhrase = { draw, read };
})();
