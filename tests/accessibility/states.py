"""Contrast of what only shows while somebody points at a thing, holds it or moves to it by key.

axe reads a page as it stands. Here every rule of a stylesheet for such a state is put on everything
it is for at once, and axe reads the colours again.
"""

from playwright.sync_api import Page

from tests.accessibility.reading import AXE, IS_READY

STATES = (":hover", ":active", ":focus", ":focus-visible")
# Rules stand in layers and media queries: the copy of a rule stands beside it in the same place.
_PUT_ON = """state => {
  const seen = rules => {
    for (const rule of [...rules]) {
      if (rule.selectorText && rule.selectorText.includes(state)) {
        const bare = rule.selectorText.replaceAll(new RegExp(state + '(?![-\\\\w])', 'g'), '');
        const list = rule.parentRule || rule.parentStyleSheet;
        try { list.insertRule(`${bare} {${rule.style.cssText}}`, list.cssRules.length) } catch {}
      } else if (rule.cssRules) seen(rule.cssRules);
    }
  };
  for (const sheet of document.styleSheets) seen(sheet.cssRules);
}"""
_COLOURS = """axe.run({runOnly: ['color-contrast'], resultTypes: ['violations']})
  .then(found => found.violations.flatMap(each => each.nodes).map(node => node.html.slice(0, 200)))
"""


def pale_in_a_state(page: Page) -> dict[str, list[str]]:
    """State -> what cannot be read in it on the open page, which is loaded anew after each."""
    found = {}
    for state in STATES:
        page.evaluate(_PUT_ON, state)
        if not page.evaluate(IS_READY):
            page.evaluate(AXE.axe_script)
        if pale := page.evaluate(_COLOURS):
            found[state] = pale
        page.reload()
    return found
