"""What kind of device a browser says it runs on: enough to know one's own, and no more.

Kept are two words of a closed list, and not the browser's own description, which singles people
out.
"""

from django.utils.translation import gettext as _

# The first that stands in the description; most of them name others, too, to be taken for them.
_FAMILIES = (
    ("Edg", "edge"),
    ("OPR", "opera"),
    ("coc_coc", "coccoc"),
    ("SamsungBrowser", "samsung"),
    ("Firefox", "firefox"),
    ("FxiOS", "firefox"),
    ("CriOS", "chrome"),
    ("Chrome", "chrome"),
    ("Safari", "safari"),
)
_NAMES = {
    "edge": "Edge",
    "opera": "Opera",
    "coccoc": "Cốc Cốc",
    "samsung": "Samsung Internet",
    "firefox": "Firefox",
    "chrome": "Chrome",
    "safari": "Safari",
}
_PHONES = ("Mobile", "Android", "iPhone", "iPad")


def device_of(description: str) -> str:
    """What is kept of a User-Agent line."""
    kind = "phone" if any(word in description for word in _PHONES) else "computer"
    family = next((family for word, family in _FAMILIES if word in description), "other")
    return f"{kind} {family}" if description else ""


def device_words(device: str) -> str:
    """The same for people."""
    kind, _blank, family = device.partition(" ")
    browser = _NAMES.get(family, "")
    if kind == "phone":
        return _("Phone or tablet, %(browser)s") % {"browser": browser or _("another browser")}
    if kind == "computer":
        return _("Computer, %(browser)s") % {"browser": browser or _("another browser")}
    return _("Unknown device")
