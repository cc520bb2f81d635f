"""A web address by itself: read from a box as loosely as people paste it, and how it is shown."""

import re
import unicodedata
from ipaddress import AddressValueError, IPv4Address

from keng.language.fold import normalise
from keng.language.indicators.links import (
    WELL_KNOWN,
    host_in_one_spelling,
    is_own_site,
    known_ending,
)
from keng.language.indicators.pages import page_in_one_spelling

_SCHEME = re.compile(r"(?:h[tx*_]{1,3}ps?|ftp)\s?\[?[:;]\]?\s?[/\\]{1,3}\s?", re.IGNORECASE)
_PORT = re.compile(r":(\d{0,5})$")
_HOST = re.compile(r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.){1,12}[^\W_](?:[\w-]{0,61}[^\W_])?")
_USUAL_PORTS = ("", "80", "443")


def read_link(text: str) -> str | None:
    """The value of a text that is nothing but one address; None for anything else."""
    written = normalise(text).strip()
    scheme = _SCHEME.match(written)
    rest = written[scheme.end() :] if scheme else written.lstrip("/")
    authority, mark, path = _parted(rest)
    name_before, _at, authority = authority.rpartition("@")
    if name_before and not scheme:
        return None  # an e-mail address
    port = _PORT.search(authority)
    host = host_in_one_spelling(authority[: port.start()] if port else authority)
    if not _HOST.fullmatch(host) or not (known_ending(host) or is_machine(host)):
        return None
    if any(character.isspace() for character in path):
        return None
    kept = f":{port[1]}" if port and port[1] not in _USUAL_PORTS else ""
    rest = unicodedata.normalize("NFC", path).replace("[.]", ".")
    return page_in_one_spelling(host.removeprefix("www.") + kept + (mark + rest).rstrip("/"))


def hosts_above(value: str) -> tuple[str, ...]:
    """The site of an address and what it belongs to: a.evil.com/x → a.evil.com, evil.com.

    Nothing above a host that everybody uses: one bad page does not speak for all others.
    """
    host = host_of(value)
    if not is_own_site(value):
        return ()
    if is_machine(host):
        return () if host == value else (host,)
    ending = known_ending(host)
    labels = host.split(".")
    most = len(labels) - len(ending.split(".")) if ending else 1
    above = [".".join(labels[i:]) for i in range(most)]
    return tuple(each for each in above if each != value)


def host_of(value: str) -> str:
    """The host of a normalised address, without its port."""
    return _parted(value)[0].partition(":")[0]


def is_machine(host: str) -> bool:
    """Four numbers instead of a name."""
    try:
        IPv4Address(host)
    except AddressValueError:
        return False
    return True


def names_a_page(value: str) -> bool:
    """Somebody's page or channel on a site of many: it may name a person."""
    return not is_own_site(value) and host_of(value) not in WELL_KNOWN - _PERSONAL


_PERSONAL = frozenset({"zalo.me", "t.me", "fb.me", "m.me", "wa.me", "fb.com", "telegram.me"})


def shown_link(value: str) -> str:
    """The address so that no program makes something to tap of it: evil[.]com/login.

    Letters of other scripts can look like plain ones, so such a name is shown both ways.
    """
    authority, mark, rest = _parted(value)
    shown = authority.replace(".", "[.]") + mark + rest
    if authority.isascii():
        return shown
    plain = ".".join(
        label if label.isascii() else f"xn--{label.encode('punycode').decode()}"
        for label in authority.split(".")
    )
    return f"{shown} ({plain.replace('.', '[.]')})"


def _parted(written: str) -> tuple[str, str, str]:
    match = re.search(r"[/?#\\]", written)
    if match is None:
        return written, "", ""
    mark = "/" if match[0] == "\\" else match[0]
    return written[: match.start()], mark, written[match.end() :]
