"""What a page loses when its letters are made twice as large, or the whole page is."""

from playwright.sync_api import Page

# The html element's own size is the reader's; everything else is measured in it.
SIZE = "size => { document.documentElement.style.fontSize = size }"
LOST = """() => {
  const lost = [], words = [], root = document.documentElement;
  const push = root.scrollWidth - root.clientWidth;
  if (push > 0) lost.push(`sideways by ${push}`);
  const up = (each, test) => {
    for (let at = each; at && at !== root; at = at.parentElement)
      if (test(getComputedStyle(at), at)) return at;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const at = walker.currentNode.parentElement, said = walker.currentNode.data.trim().slice(0, 40);
    if (!said || at.closest('svg, option, .skip-link')) continue;
    if (!at.checkVisibility({visibilityProperty: true})) continue;
    // Said to a screen reader alone, or in place while the rest scrolls below it.
    if (up(at, style => style.clipPath !== 'none' || /fixed|sticky/.test(style.position))) continue;
    const frame = up(at, style => style.overflowX !== 'visible' || style.overflowY !== 'visible');
    const style = frame && getComputedStyle(frame);
    // Whoever may be scrolled loses nothing, nor who is cut with dots and read in full elsewhere.
    const may = frame && (/auto|scroll/.test(style.overflowX + style.overflowY)
      || style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none');
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    for (const box of range.getClientRects()) {
      const seen = {left: box.left, right: box.right, top: box.top, bottom: box.bottom};
      up(frame, (style, each) => {
        if (style.overflowX === 'visible' && style.overflowY === 'visible') return false;
        const edge = each.getBoundingClientRect();
        seen.left = Math.max(seen.left, edge.left), seen.right = Math.min(seen.right, edge.right);
        seen.top = Math.max(seen.top, edge.top), seen.bottom = Math.min(seen.bottom, edge.bottom);
      });
      const aside = Math.max(box.right - seen.right, seen.left - box.left);
      const cut = aside > 1 || box.bottom - seen.bottom > 3;
      if (cut && !may) lost.push(`cut: ${said}`);
      if (seen.right - seen.left > 1 && seen.bottom - seen.top > 1) words.push([seen, said]);
    }
  }
  for (let i = 0; i < words.length; i++) for (let j = i + 1; j < words.length; j++) {
    const [a, said] = words[i], [b, more] = words[j];
    const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    // Lines of one paragraph touch.
    if (said !== more && across > 3 && down > 0.4 * Math.min(a.bottom - a.top, b.bottom - b.top))
      lost.push(`over each other: ${said} / ${more}`);
  }
  return [...new Set(lost)];
}"""


def lost(page: Page) -> list[str]:
    """What is cut, pushed sideways or covered by other words on the open page."""
    found: list[str] = page.evaluate(LOST)
    return found


def lost_with_large_letters(page: Page) -> list[str]:
    """The same with letters of twice the size; then they are as they were."""
    page.evaluate(SIZE, "200%")
    found = lost(page)
    page.evaluate(SIZE, "")
    return found


def share_under_large_head(page: Page) -> float:
    """How much of the window a head that stays in sight covers with letters of twice the size."""
    page.evaluate(SIZE, "200%")
    found: float = page.evaluate(
        "document.querySelector('.top-bar').getBoundingClientRect().height / innerHeight"
    )
    page.evaluate(SIZE, "")
    return found
