"""Letters against their ground in every state of a part: resting, pointed at, reached, off.

axe reads the resting state alone and leaves out what is disabled; somebody has to read that too.
"""

from playwright.sync_api import CDPSession, Page

_PARTS = "a, button, summary, label, input, select, textarea, tr, li, [tabindex]"
STATES = {
    "resting": [],
    "pointed at": ["hover"],
    "reached": ["focus", "focus-visible", "focus-within"],
    "reached and pointed at": ["hover", "focus", "focus-visible", "focus-within"],
    "pressed": ["hover", "active"],
    "visited": ["visited"],
}
_SWITCH_OFF = """() => {
  for (const part of document.querySelectorAll('button, input, select, textarea'))
    part.disabled = true;
  for (const part of document.querySelectorAll('.button')) part.ariaDisabled = 'true';
}"""
# What a colour with parts of others behind it comes to, and how far it stands from its ground.
_TOO_FAINT = """() => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', {willReadFrequently: true});
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], [R, G, B]) =>
    [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => c / 255)
      .map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    if (!element) return [255, 255, 255, 1];
    const style = getComputedStyle(element), own = rgba(style.backgroundColor);
    return own[3] === 1 ? own : over(own, ground(element.parentElement));
  };
  const opacity = (element) =>
    element ? getComputedStyle(element).opacity * opacity(element.parentElement) : 1;
  const found = [];
  for (const element of document.body.querySelectorAll('*')) {
    const words = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    const isBox = element.matches('input:not([type=checkbox], [type=radio]), textarea, select');
    if (!words && !isBox || element.closest('svg, option, [aria-hidden=true]')) continue;
    if (!element.checkVisibility({visibilityProperty: true})) continue;
    const box = element.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue;
    const style = getComputedStyle(element), behind = ground(element);
    const own = rgba(style.color);
    own[3] *= opacity(element);
    const [a, b] = [light(over(own, behind)), light(behind)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5)
      found.push(`${ratio.toFixed(2)} ${element.cloneNode(false).outerHTML.slice(0, 90)} `
        + element.textContent.trim().slice(0, 30));
  }
  return [...new Set(found)];
}"""


def too_faint(page: Page) -> dict[str, list[str]]:
    """State -> the letters of the open page with a contrast below 4.5."""
    session = page.context.new_cdp_session(page)
    parts = _parts(session)
    # A transition would be read on its way.
    page.add_style_tag(content="*, ::before, ::after { transition: none !important }")
    found = {}
    for name, classes in STATES.items():
        for part in parts:
            session.send("CSS.forcePseudoState", {"nodeId": part, "forcedPseudoClasses": classes})
        if here := page.evaluate(_TOO_FAINT):
            found[name] = here
    for part in parts:
        session.send("CSS.forcePseudoState", {"nodeId": part, "forcedPseudoClasses": []})
    page.evaluate(_SWITCH_OFF)
    if here := page.evaluate(_TOO_FAINT):
        found["off"] = here
    return found


def _parts(session: CDPSession) -> list[int]:
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    found: list[int] = session.send("DOM.querySelectorAll", {"nodeId": root, "selector": _PARTS})[
        "nodeIds"
    ]
    return found
