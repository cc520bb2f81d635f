"""A block list as a file: which lines list something, and what is wrong with the others."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal, TextIO

from keng.language.indicators.addresses import read_link
from keng.language.lookup_terms import lookup_terms_in
from keng.lookup.keys import lookup_key_of, may_be_public

ListFormat = Literal["hosts", "csv"]
_LONGEST_LINE = 2000
_LONGEST_KEY = 300
# Every hosts file names the machine itself.
# A name to leave out.
_OWN_NAMES = ("localhost", "local", "broadcasthost", "localhost.localdomain", "0.0.0.0")  # noqa: S104
_LINKS = ("url", "link", "domain")


@dataclass(frozen=True, slots=True)
class ListEntry:
    """What one line lists."""

    type: str
    key: str


@dataclass(frozen=True, slots=True)
class ListFault:
    """A line that cannot be taken, and why."""

    line: int
    why: str


class NotThisFormat(Exception):
    """The file as a whole is something else; the text says what was expected."""


def read_block_list(file: TextIO, form: ListFormat) -> Iterator[ListEntry | ListFault]:
    """Line by line, so that a list of a million is never in memory as a whole."""
    return _read_hosts(file) if form == "hosts" else _read_csv(file)


def _read_hosts(lines: Iterable[str]) -> Iterator[ListEntry | ListFault]:
    for number, line in enumerate(lines, start=1):
        if len(line) > _LONGEST_LINE:
            yield ListFault(number, f"longer than {_LONGEST_LINE} characters")
            continue
        words = line.partition("#")[0].split()
        if not words or words[0].startswith("!"):
            continue
        if len(words) > 1 and not _is_address(words[0]):
            yield ListFault(number, "one domain a line is expected, or an address and then domains")
            continue
        for name in words[1:] if len(words) > 1 else words:
            if name.lower() not in _OWN_NAMES and not name.lower().startswith("ip6-"):
                yield _entry_of(number, "url", name)


def _read_csv(file: TextIO) -> Iterator[ListEntry | ListFault]:
    rows = csv.DictReader(file, skipinitialspace=True)
    columns = {(name or "").strip().lower(): name for name in rows.fieldnames or ()}
    if not {"type", "value"} <= set(columns):
        message = "the first line must name the columns type and value"
        raise NotThisFormat(message)
    for row in rows:
        kind = (row[columns["type"]] or "").strip().lower()
        value = (row[columns["value"]] or "").strip()
        if kind or value:
            yield _entry_of(rows.line_num, "url" if kind in _LINKS else kind, value)


def _entry_of(line: int, kind: str, written: str) -> ListEntry | ListFault:
    if not written:
        return ListFault(line, "no value")
    if kind == "phone":
        phones = [one.value for one in lookup_terms_in(written) if one.type == "phone"]
        if len(phones) != 1:
            return ListFault(line, f"{written[:60]!r} is no phone number")
        return ListEntry("phone", phones[0])
    if kind == "url":
        return _site_entry(line, written)
    if kind == "bank_account":
        return ListFault(line, "accounts are public only when a desk has confirmed them")
    if kind == "plate":
        return ListFault(line, "a plate names a person and is never public")
    return ListFault(line, f"the type {kind[:30]!r} is unknown: phone or url is expected")


def _site_entry(line: int, written: str) -> ListEntry | ListFault:
    value = read_link(written)
    if value is None:
        return ListFault(line, f"{written[:60]!r} is no domain and no link")
    if not may_be_public("url", value):
        return ListFault(line, f"{written[:60]!r} belongs to a site that everybody uses")
    key = lookup_key_of("url", value)
    if key == "gov.vn" or key.endswith(".gov.vn"):
        return ListFault(line, f"{key!r} belongs to the state: ask the source about it")
    if len(key) > _LONGEST_KEY:
        return ListFault(line, f"longer than {_LONGEST_KEY} characters")
    return ListEntry("url", key)


def _is_address(word: str) -> bool:
    try:
        ip_address(word)
    except ValueError:
        return False
    return True
