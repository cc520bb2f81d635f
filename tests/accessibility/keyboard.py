"""Somebody who works with the keyboard alone, and who has to see where they are."""

from dataclasses import dataclass, field

from playwright.sync_api import Page

# A date is one field with a stop for each of its parts, and one for its calendar.
MOST_AT_ONE_PLACE = 8
MOST_STOPS = 400
STOP = """target => {
  const at = document.activeElement;
  if (!at || at === document.body || at === document.documentElement) return null;
  const shows = each => {
    const style = each && getComputedStyle(each);
    const outline = style && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
    return Boolean(style) && (outline || style.boxShadow !== 'none');
  };
  // A box that is drawn by what stands beside it shows the focus there.
  const drawn = [at, at.nextElementSibling, ...(at.labels || [])];
  const box = at.getClientRects()[0];
  const points = !box ? [] : [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.1], [0.5, 0.9]].map(
    ([x, y]) => document.elementFromPoint(box.left + box.width * x, box.top + box.height * y));
  const isSeen = points.some(each => each && (at.contains(each) || drawn.some(
    other => other && other.contains(each))));
  window.stops = window.stops || new Map();
  if (!window.stops.has(at)) window.stops.set(at, window.stops.size + 1);
  return {
    number: window.stops.get(at), html: at.outerHTML.slice(0, 120), isSeen,
    isMarked: drawn.some(shows) || at.matches('main'), isIt: Boolean(target) && at.matches(target),
  };
}"""
# What ought to be a stop: everything that can be pressed or filled in, and is not hidden.
MISSED = """() => {
  const can = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
  const one = new Set();
  return [...document.querySelectorAll(can)].filter(each => {
    if (each.disabled || each.tabIndex < 0 || !each.getClientRects().length) return false;
    if (!each.checkVisibility({visibilityProperty: true}) || each.type === 'hidden') return false;
    if (window.stops.has(each)) return false;
    // Of a set of radio buttons one is a stop, and the arrows lead to the others.
    const set = each.type === 'radio' && [...document.getElementsByName(each.name)];
    return !set || !set.some(other => window.stops.has(other));
  }).map(each => each.outerHTML.slice(0, 120));
}"""
# A page may begin in its first box: the next Tab starts from the top again, without a trace.
FROM_THE_TOP = """() => {
  const top = document.createElement('span');
  top.tabIndex = -1;
  document.body.prepend(top);
  top.focus();
  top.remove();
}"""


@dataclass
class Keyboard:
    """Tab, Shift Tab, Enter, Space, arrows and letters; no mouse, and no key of the desk's own."""

    page: Page
    unseen: list[str] = field(default_factory=list)

    def reach(self, target: str, *, back: bool = False) -> None:
        """Tab until this is where the focus is; every stop on the way must be visible."""
        at, ends = self._stop(target), 0
        for _ in range(MOST_STOPS):
            if at and at["isIt"]:
                break
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            at = self._stop(target)
            ends += at is None
            assert ends < 2, f"{target} cannot be reached on {self.page.url}"
        else:
            raise AssertionError(f"The focus is trapped on {self.page.url} at {at}")
        assert self.unseen == [], self.unseen

    def press(self, target: str, key: str = "Enter") -> None:
        """Go there and use it; it leads to another page."""
        self.reach(target)
        self.leave(key)

    def leave(self, key: str = "Enter") -> None:
        """A key that leads to another page."""
        # Keys that come too early would still be pressed on the page that is being left. The next
        # one comes with a new window, or is exchanged in place.
        self.page.evaluate("""() => {
            const arrive = () => { window.isLeaving = false };
            window.isLeaving = true;
            document.addEventListener("keng:arrived", arrive, { once: true });
        }""")
        self.page.keyboard.press(key)
        self.page.wait_for_function("() => !window.isLeaving && document.readyState === 'complete'")

    def write(self, target: str, words: str) -> None:
        """Go there and type in place of what stands there."""
        self.reach(target)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(words)

    def tick(self, target: str) -> None:
        """Go there and tick it, unless it is ticked."""
        self.reach(target)
        if not self.page.evaluate("document.activeElement.checked"):
            self.page.keyboard.press("Space")

    def choose(self, group: str, option: str) -> None:
        """Go to a set of radio buttons or a list, and use its arrows."""
        self.reach(group)
        for _ in range(40):
            if self._is_at(option):
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"No arrow leads from {group} to {option}")

    def sweep(self) -> list[str]:
        """Tab through the whole page from its top; what is wrong with its stops."""
        self.page.evaluate("window.stops = new Map()")
        self.page.evaluate(FROM_THE_TOP)
        wrong, before, same = [], 0, 0
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            at = self._stop("")
            if at is None:
                break
            same = same + 1 if at["number"] == before else 0
            before = at["number"]
            if same > MOST_AT_ONE_PLACE:
                return [f"trapped: {at['html']}"]
        wrong, self.unseen = self.unseen, []
        return wrong + [f"never reached: {html}" for html in self.page.evaluate(MISSED)]

    def _is_at(self, option: str) -> bool:
        return bool(
            self.page.evaluate(
                "option => { const at = document.activeElement; return at.matches(option) || "
                "Boolean(at.selectedOptions && at.selectedOptions[0].matches(option)) }",
                option,
            )
        )

    def _stop(self, target: str) -> dict[str, object] | None:
        at: dict[str, object] | None = self.page.evaluate(STOP, target)
        if at and not at["isSeen"]:
            self.unseen.append(f"covered or out of sight: {at['html']}")
        if at and not at["isMarked"]:
            self.unseen.append(f"focus not shown: {at['html']}")
        return at
