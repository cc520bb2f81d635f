// How what is typed is compared with what stands on a page: without accents, and đ is d.
globalThis.kengText = {
  fold: (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase(),
  wordsOf: (text) => kengText.fold(text).split(/\s+/).filter(Boolean),
};
