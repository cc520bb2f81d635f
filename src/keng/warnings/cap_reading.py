"""Reading CAP of others: a file, or a feed that leads to files.

Nothing in it is believed: no document type and no entities, nothing longer than it may be.
"""

import datetime
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as SafeElementTree

from keng.warnings.cap_document import MIME_TYPE, NAMESPACE, CapKind

_CAP = f"{{{NAMESPACE}}}"
_INFOS, _AREAS = f"{_CAP}info", f"{_CAP}area"
_ATOM = "{http://www.w3.org/2005/Atom}"
_ENTRIES, _LINKS = f"{_ATOM}entry", f"{_ATOM}link"
# More of a feed is not followed at once.
MOST_LINKS = 30
_LONGEST_NAME = 200
_LONGEST_TEXT = 4000
_MOST_AREAS = 40
# The schema of CAP has neither fractions nor "Z".
_LONGEST_TIME = 25


class NotCap(ValueError):
    """It is no CAP 1.2 that we take in; the message says why, without a word of it."""


@dataclass(frozen=True, slots=True)
class ReceivedCap:
    """What of a file is kept."""

    identifier: str
    sender: str
    sent_at: datetime.datetime
    kind: CapKind
    refers_to: tuple[str, ...]
    """The identifiers of earlier messages of this very sender."""
    event: str
    headline: str
    description: str
    instruction: str
    areas: str
    web: str
    expires_at: datetime.datetime | None


def read_cap(content: bytes) -> ReceivedCap:
    """One alert that is meant for everybody. Raises NotCap."""
    root = _parsed(content)
    if root.tag != f"{_CAP}alert":
        raise NotCap("no CAP 1.2")
    if _words(root, "status") != "Actual" or _words(root, "scope") != "Public":
        raise NotCap("a test, a draft, or not for everybody")
    sender, identifier = _words(root, "sender"), _words(root, "identifier")
    if not sender or not identifier:
        raise NotCap("no sender or identifier")
    try:
        kind = CapKind(_words(root, "msgType"))
    except ValueError:
        raise NotCap("neither Alert, Update nor Cancel") from None
    sent = _moment(_words(root, "sent"))
    if sent is None:
        raise NotCap("no time of sending")
    references = _references(_words(root, "references", _LONGEST_TEXT), sender)
    if kind is not CapKind.ALERT and not references:
        raise NotCap("it changes something and does not say what")
    info = _info_for_readers(root)
    if info is None and kind is not CapKind.CANCEL:
        raise NotCap("it says nothing")
    return ReceivedCap(
        identifier=identifier,
        sender=sender,
        sent_at=sent,
        kind=kind,
        refers_to=references,
        event=_words(info, "event"),
        headline=_words(info, "headline"),
        description=_words(info, "description", _LONGEST_TEXT),
        instruction=_words(info, "instruction", _LONGEST_TEXT),
        areas=_area_names(info),
        web=_web_address(_words(info, "web")),
        expires_at=_moment(_words(info, "expires")),
    )


def links_of_feed(content: bytes, base: str) -> list[str] | None:
    """Where an Atom or RSS feed leads to, the first ones; None if it is no feed. Raises NotCap."""
    root = _parsed(content)
    if root.tag == f"{_ATOM}feed":
        found = [_atom_link(entry) for entry in root.findall(_ENTRIES)]
    elif root.tag == "rss":
        found = [item.findtext("link") or "" for item in root.iterfind("channel/item")]
    else:
        return None
    links = [urljoin(base, link.strip()) for link in found if link.strip()]
    return list(dict.fromkeys(links))[:MOST_LINKS]


def _parsed(content: bytes) -> Any:
    try:
        return SafeElementTree.fromstring(content, forbid_dtd=True)
    except (SafeElementTree.ParseError, DefusedXmlException, ValueError, LookupError):
        raise NotCap("no XML, or one with a document type") from None


def _atom_link(entry: Any) -> str:
    """Of an entry the link to its CAP file, else the first one."""
    links = entry.findall(_LINKS)
    typed = [link for link in links if link.get("type") == MIME_TYPE]
    return next((str(link.get("href") or "") for link in typed or links), "")


def _info_for_readers(root: Any) -> Any:
    """Its Vietnamese words, else the first ones."""
    infos = root.findall(_INFOS)
    spoken = [info for info in infos if _words(info, "language").lower().startswith("vi")]
    return next(iter(spoken or infos), None)


def _words(parent: Any, name: str, most: int = _LONGEST_NAME) -> str:
    found = parent.findtext(f"{_CAP}{name}") if parent is not None else None
    return (found or "").strip().replace("\x00", "")[:most]


def _area_names(info: Any) -> str:
    areas = info.findall(_AREAS) if info is not None else []
    names = [_words(area, "areaDesc") for area in areas[:_MOST_AREAS]]
    return "; ".join(filter(None, names))[:_LONGEST_TEXT]


def _references(words: str, sender: str) -> tuple[str, ...]:
    """`sender,identifier,sent` each; what another one sent is not this one's to change."""
    parts = [each.split(",") for each in words.split()]
    return tuple(part[1] for part in parts if len(part) == 3 and part[0] == sender)


def _moment(words: str) -> datetime.datetime | None:
    if len(words) != _LONGEST_TIME:
        return None
    try:
        found = datetime.datetime.fromisoformat(words)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _web_address(words: str) -> str:
    return words if words.startswith("https://") else ""
