// The command palette (Ctrl+K): what this page can do and where it leads, found without accents.
(() => {
  "use strict";
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  const [box, list, none] = ["[role=combobox]", "[role=listbox]", "[data-none]"]
    .map((each) => dialog.querySelector(each));
  const [own, found] = list.children;
  let [commands, chosen] = [[], 0];
  const { fold, wordsOf } = kengText;

  function create(tag, fields, attributes) {
    const made = Object.assign(document.createElement(tag), fields);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  }

  function label(element) {
    const copy = (element.labels?.[0] || element).cloneNode(true);
    for (const key of copy.querySelectorAll("kbd, svg")) key.remove();
    return (element.dataset.command || element.ariaLabel || copy.textContent).replace(/\s+/g, " ").trim();
  }

  function gather(selector, group) {
    const shown = (e) => e.getClientRects().length > 0 || e.closest(".menu-body, .more");
    return [...document.querySelectorAll(selector)].filter(shown)
      .map((element) => ({ group, words: label(element), key: element.dataset.key || "", element }));
  }

  function matching() {
    const wanted = wordsOf(box.value);
    const fits = ({ words }) => words && wanted.every((word) => ` ${fold(words)}`.includes(` ${word}`));
    const fitting = commands.filter(fits);
    const number = box.value.trim();
    const { go, goWords, search, searchWords } = dialog.dataset;
    const leading = (words, to) =>
      [{ group: list.dataset.there, key: "", words: `${words} ${number}`, leads: to + encodeURIComponent(number) }, ...fitting];
    // A phone or an account is searched for; a tip's number has letters or at most five digits.
    if (search && /^\+?\d(?:[\s.\-]?\d){5,}$/.test(number)) return leading(searchWords, `${search}?q=`);
    return go && /^\S*\d\S*$/.test(number) ? leading(goWords, `${go}?number=`) : fitting;
  }

  function choose(at) {
    const rows = [...list.querySelectorAll("[role=option]")];
    chosen = rows.length ? (at + rows.length) % rows.length : 0;
    for (const row of rows) row.setAttribute("aria-selected", String(row === rows[chosen]));
    box.setAttribute("aria-activedescendant", rows[chosen]?.id || "");
    rows[chosen]?.scrollIntoView({ block: "nearest" });
    none.textContent = rows.length ? "" : none.dataset.none;
  }

  function draw() {
    let part = null;
    own.replaceChildren();
    matching().forEach((each, n) => {
      if (part?.getAttribute("aria-label") !== each.group) {
        part = create("div", { className: "palette-group" }, { role: "group", "aria-label": each.group });
        part.append(create("p", { className: "small soft", textContent: each.group }, { "aria-hidden": "true" }));
        own.append(part);
      }
      part.append(option(each, n));
    });
    choose(0);
  }

  function option(each, n) {
    const row = create("div", { textContent: each.words }, { role: "option", id: `command-${n}` });
    row.addEventListener("click", () => run(each));
    for (const key of each.key.toUpperCase().split(" ").filter(Boolean))
      row.append(create("kbd", { textContent: key }, {}));
    return row;
  }

  function run(each) {
    dialog.close();
    if (each.leads) location.assign(each.leads);
    else if (/^(input|textarea|select)$/i.test(each.element.tagName)) each.element.focus();
    else each.element.click();
  }

  box.addEventListener("input", draw);
  found.addEventListener("htmx:afterSwap", () => choose(chosen));
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, Enter: 0 }[event.key];
    if (event.isComposing || event.keyCode === 229 || step === undefined) return;
    event.preventDefault();
    step ? choose(chosen + step) : list.querySelectorAll("[role=option]")[chosen]?.click();
  });
  dialog.addEventListener("opening", () => {
    const first = ".alarm-slot [data-key], .toast [data-key], main .actions [data-key]";
    const then = "main [data-key]:not(.actions *), main [data-command]";
    const away = "header nav a, .menu-body a, .menu-body :is([data-key], [data-command]), .folders a";
    const all = [...gather(first, list.dataset.here), ...gather(then, list.dataset.here), ...gather(away, list.dataset.there)];
    // What the page has itself stands in the menu too.
    const said = new Set(all.filter((each) => each.group === list.dataset.here).map((each) => each.words));
    commands = all.filter((each) => each.group === list.dataset.here || !said.has(each.words));
    draw();
  });
})();
