"""A warning as a CAP 1.2 message (OASIS): plain values, and the XML that is made of them.

The order of the elements is that of the standard, which a schema enforces. Times have their offset
and no fractions; words cannot become XML.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from xml.etree import ElementTree as ET

from keng.kit import times

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MIME_TYPE = "application/cap+xml"
# What no XML 1.0 document may hold, however it is written.
_NOT_IN_XML = dict.fromkeys(
    code
    for code in (*range(0x20), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF)
    if chr(code) not in "\t\n\r"
)
_LONGEST_HEADLINE = 140


class CapKind(StrEnum):
    """What a message does: the msgType of CAP."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"


@dataclass(frozen=True, slots=True)
class CapText:
    """What it says in one language."""

    language: str
    event: str
    headline: str
    description: str
    instruction: str


@dataclass(frozen=True, slots=True)
class CapArea:
    """A place, by its name and its code in a list that the geocode names."""

    name: str
    code_list: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class CapDocument:
    """One message, whole."""

    identifier: str
    sender: str
    sent: datetime.datetime
    status: str
    kind: CapKind
    note: str
    references: tuple[str, ...]
    """Of every earlier message about the same warning: `sender,identifier,sent`."""
    categories: tuple[str, ...]
    response: str
    urgency: str
    severity: str
    certainty: str
    event_code: str
    code: str
    """The code printed under the warning."""
    expires: datetime.datetime
    sender_name: str
    web: str
    contact: str
    texts: tuple[CapText, ...]
    areas: tuple[CapArea, ...]


def reference_to(sender: str, identifier: str, sent: datetime.datetime) -> str:
    """How a later message names this one."""
    return f"{sender},{identifier},{cap_time(sent)}"


def cap_time(moment: datetime.datetime) -> str:
    """2026-11-24T15:00:00+07:00: neither "Z" nor fractions, which the schema refuses."""
    return moment.astimezone(times.VIETNAM).isoformat(timespec="seconds")


def cap_xml(document: CapDocument) -> bytes:
    """The file that is signed and served."""
    root = ET.Element("alert", xmlns=NAMESPACE)
    _add(
        root,
        ("identifier", document.identifier),
        ("sender", document.sender),
        ("sent", cap_time(document.sent)),
        ("status", document.status),
        ("msgType", document.kind),
        ("scope", "Public"),
        ("note", document.note),
        ("references", " ".join(document.references)),
    )
    for text in document.texts:
        _add_info(root, document, text)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _add_info(root: ET.Element, document: CapDocument, text: CapText) -> None:
    info = ET.SubElement(root, "info")
    _add(
        info,
        ("language", text.language),
        *(("category", category) for category in document.categories),
        ("event", text.event),
        ("responseType", document.response),
        ("urgency", document.urgency),
        ("severity", document.severity),
        ("certainty", document.certainty),
    )
    _add_pair(info, "eventCode", "keng:category", document.event_code)
    _add(
        info,
        ("effective", cap_time(document.sent)),
        ("expires", cap_time(document.expires)),
        ("senderName", document.sender_name),
        ("headline", _shortened(text.headline)),
        ("description", text.description),
        ("instruction", text.instruction),
        ("web", document.web),
        ("contact", document.contact),
    )
    _add_pair(info, "parameter", "keng:code", document.code)
    for area in document.areas:
        place = ET.SubElement(info, "area")
        _add(place, ("areaDesc", area.name))
        _add_pair(place, "geocode", area.code_list, area.code)


def _add(parent: ET.Element, *children: tuple[str, str]) -> None:
    """Those that say something."""
    for name, words in children:
        if words:
            ET.SubElement(parent, name).text = words.translate(_NOT_IN_XML)


def _add_pair(parent: ET.Element, element: str, name: str, value: str) -> None:
    if value:
        _add(ET.SubElement(parent, element), ("valueName", name), ("value", value))


def _shortened(headline: str) -> str:
    """Readers of CAP show no more."""
    if len(headline) <= _LONGEST_HEADLINE:
        return headline
    return headline[: _LONGEST_HEADLINE - 1].rstrip() + "…"


def lines_of(parts: Iterable[str]) -> str:
    """The parts that say something, a line each."""
    return "\n".join(filter(None, parts))
