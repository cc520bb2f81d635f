"""Somebody's page on a site of many, in one spelling: fb.com/Lan.A is m.facebook.com/lana.

Only what the site itself takes for the same: what merely looks alike stays apart.
"""

import re

from keng.language.indicators.digits import phone_of

_FACEBOOK, _TELEGRAM, _TIKTOK, _INSTAGRAM, _YOUTUBE, _ZALO = (
    "facebook.com",
    "t.me",
    "tiktok.com",
    "instagram.com",
    "youtube.com",
    "zalo.me",
)
_SAME_HOST = {
    "fb.com": _FACEBOOK,
    "m.me": _FACEBOOK,
    "telegram.me": _TELEGRAM,
    "telegram.dog": _TELEGRAM,
    "m.tiktok.com": _TIKTOK,
    "m.instagram.com": _INSTAGRAM,
    "instagr.am": _INSTAGRAM,
    "m.youtube.com": _YOUTUBE,
    "chat.zalo.me": _ZALO,
}
# "vi-vn.facebook.com", but not "l.facebook.com", which leads out of the site.
_FACEBOOK_HOST = re.compile(r"(?:m|mbasic|touch|web|business|[a-z]{2}-[a-z]{2})\.facebook\.com")
_PARTS = re.compile(r"(?P<host>[^/?#:]+)/(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?")
_ID = re.compile(r"(?:^|&)id=(\d{5,20})(?:&|$)")
_NAME = {
    _FACEBOOK: re.compile(r"[a-z\d.]{5,50}"),
    _TELEGRAM: re.compile(r"[a-z]\w{3,31}", re.ASCII),
    _TIKTOK: re.compile(r"@[\w.]{2,24}", re.ASCII),
    _INSTAGRAM: re.compile(r"[\w.]{1,30}", re.ASCII),
    _YOUTUBE: re.compile(r"@[\w.-]{3,30}", re.ASCII),
}
# First parts that are the site's own, not a name.
_ITS_OWN = frozenset(
    {
        "story.php",
        "permalink.php",
        "photo.php",
        "login.php",
        "watch",
        "share",
        "groups",
        "events",
        "marketplace",
        "reel",
        "stories",
        "explore",
        "accounts",
        "login",
        "joinchat",
        "addstickers",
    }
)


def page_in_one_spelling(value: str) -> str:
    """The value of an address, the same for every way to write somebody's page."""
    parts = _PARTS.match(value)
    if parts is None:
        return value
    host = _host(parts["host"])
    if host not in _NAME and host != _ZALO:
        return value
    path = parts["path"].strip("/")
    page = _page(host, path, parts["query"] or "")
    return f"{host}/{page}" if page else host + value[parts.end("host") :]


def _host(written: str) -> str:
    return _FACEBOOK if _FACEBOOK_HOST.fullmatch(written) else _SAME_HOST.get(written, written)


def _page(host: str, path: str, query: str) -> str:
    """Whose page it is; empty for anything else."""
    if host == _ZALO:
        phone = phone_of(path.lstrip("+"), plus=path.startswith("+")) if _is_number(path) else None
        return f"0{phone[3:]}" if phone and phone.startswith("+84") else ""
    if host == _FACEBOOK and (number := _number(path, query)):
        return f"profile.php?id={number}"
    name = path.lower()
    if host == _TELEGRAM:
        name = name.removeprefix("s/").removeprefix("@")
    if name in _ITS_OWN or not _NAME[host].fullmatch(name):
        return ""
    return name.replace(".", "") if host == _FACEBOOK else name


def _is_number(path: str) -> bool:
    return bool(re.fullmatch(r"\+?\d{9,13}", path, re.ASCII))


def _number(path: str, query: str) -> str:
    """Of a page that has a number instead of a name."""
    if path == "profile.php":
        found = _ID.search(query)
        return found[1] if found else ""
    told = re.fullmatch(r"(?:(?:people|pages)/[^/]+/)?(\d{5,20})", path, re.ASCII)
    return told[1] if told else ""
