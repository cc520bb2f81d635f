"""A block list as a file: which lines list something, and what is wrong with the others."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal, TextIO

from keng.language.indicators.addresses import read_link
from keng.language.lookup_terms import lookup_terms_in
from keng.lookup.keys import key_of, may_be_public

Format = Literal["hosts", "csv"]
_LONGEST = 2000
_KEY_LONGEST = 300
# Every hosts file names the machine itself.
# A name to leave out.
_OWN_NAMES = ("localhost", "local", "broadcasthost", "localhost.localdomain", "0.0.0.0")  # noqa: S104
_LINKS = ("url", "link", "domain")


@dataclass(frozen=True, slots=True)
class Entry:
    """What one line lists."""

    type: str
    key: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that cannot be taken, and why."""

    line: int
    why: str


class NotThisFormat(Exception):
    """The file as a whole is something else; the text says what was expected."""


def read(file: TextIO, form: Format) -> Iterator[Entry | Fault]:
    """Line by line, so that a list of a million is never in memory as a whole."""
    return _hosts(file) if form == "hosts" else _csv(file)


def _hosts(lines: Iterable[str]) -> Iterator[Entry | Fault]:
    for number, line in enumerate(lines, start=1):
        if len(line) > _LONGEST:
            yield Fault(number, f"longer than {_LONGEST} characters")
            continue
        words = line.partition("#")[0].split()
        if not words or words[0].startswith("!"):
            continue
        if len(words) > 1 and not _is_address(words[0]):
            yield Fault(number, "one domain a line is expected, or an address and then domains")
            continue
        for name in words[1:] if len(words) > 1 else words:
            if name.lower() not in _OWN_NAMES and not name.lower().startswith("ip6-"):
                yield _entry(number, "url", name)


def _csv(file: TextIO) -> Iterator[Entry | Fault]:
    rows = csv.DictReader(file, skipinitialspace=True)
    columns = {(name or "").strip().lower(): name for name in rows.fieldnames or ()}
    if not {"type", "value"} <= set(columns):
        message = "the first line must name the columns type and value"
        raise NotThisFormat(message)
    for row in rows:
        kind = (row[columns["type"]] or "").strip().lower()
        value = (row[columns["value"]] or "").strip()
        if kind or value:
            yield _entry(rows.line_num, "url" if kind in _LINKS else kind, value)


def _entry(line: int, kind: str, written: str) -> Entry | Fault:
    if not written:
        return Fault(line, "no value")
    if kind == "phone":
        phones = [one.value for one in lookup_terms_in(written) if one.type == "phone"]
        if len(phones) != 1:
            return Fault(line, f"{written[:60]!r} is no phone number")
        return Entry("phone", phones[0])
    if kind == "url":
        return _site(line, written)
    if kind == "bank_account":
        return Fault(line, "accounts are public only when a desk has confirmed them")
    if kind == "plate":
        return Fault(line, "a plate names a person and is never public")
    return Fault(line, f"the type {kind[:30]!r} is unknown: phone or url is expected")


def _site(line: int, written: str) -> Entry | Fault:
    value = read_link(written)
    if value is None:
        return Fault(line, f"{written[:60]!r} is no domain and no link")
    if not may_be_public("url", value):
        return Fault(line, f"{written[:60]!r} belongs to a site that everybody uses")
    key = key_of("url", value)
    if key == "gov.vn" or key.endswith(".gov.vn"):
        return Fault(line, f"{key!r} belongs to the state: ask the source about it")
    if len(key) > _KEY_LONGEST:
        return Fault(line, f"longer than {_KEY_LONGEST} characters")
    return Entry("url", key)


def _is_address(word: str) -> bool:
    try:
        ip_address(word)
    except ValueError:
        return False
    return True
