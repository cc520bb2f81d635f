"""What kind of device a browser says it runs on: enough to know one's own, and no more.

Kept are two words of a closed list, and not the browser's own description, which singles people
out.
"""

import datetime

from django.utils.translation import gettext as _

from keng.kit.time_words import moment_words

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


def session_words(device: str, began_at: datetime.datetime) -> str:
    """A session, by its device and when it began."""
    words = {"device": device_words(device), "at": moment_words(began_at, "short")}
    return _("%(device)s, since %(at)s") % words
