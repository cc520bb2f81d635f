"""From the bytes of an XLSX or CSV file to lines of cells, or to one sentence on why not."""

import csv
import hashlib
import io
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from keng.kit.templatetags.keng import number_in_sentence
from keng.language.fold import normalise
from keng.network.sheets.columns import GROUP_LAYOUT, MOST_ROWS, SheetLayout, is_about_people

MOST_BYTES = 2 * 1024 * 1024
_MOST_COLUMNS = 60
# A small file may unpack into a huge one.
_MOST_UNPACKED = 40 * 1024 * 1024
# A book may hold other sheets beside the one that is read; of all together.
_MOST_ROWS_OF_ALL_SHEETS = 50_000
_MOST_TAGS = 2_000_000
_PIECE = 256 * 1024
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
# Titles and notes may stand above the headings.
_HEADINGS_WITHIN = 12
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
# What a spreadsheet would run instead of showing.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
# A number runs nothing; that it is below zero is said by its column.
_BELOW_ZERO = re.compile(r"-[0-9]{1,12}")


class UnreadableSheet(ValueError):
    """The file cannot be read as a sheet; its text is for the officer."""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One row: its number in the file and the cells of our columns that are not empty."""

    number: int
    cells: dict[str, str]
    formulas: tuple[str, ...] = ()
    """Columns in which something stands that a spreadsheet would run."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was read, without any column about single people."""

    lines: tuple[SheetLine, ...]
    columns: tuple[str, ...]
    dropped: tuple[str, ...]
    ignored: tuple[str, ...]
    digest: str

    def packed(self) -> dict[str, Any]:
        """As plain lists, for a signed field."""
        lines = [[line.number, line.cells, line.formulas] for line in self.lines]
        return {"lines": lines, "heads": [self.columns, self.dropped, self.ignored, self.digest]}

    @classmethod
    def unpacked(cls, packed: dict[str, Any]) -> "Sheet":
        """What `packed` wrote."""
        columns, dropped, ignored, digest = packed["heads"]
        lines = tuple(SheetLine(n, cells, tuple(runs)) for n, cells, runs in packed["lines"])
        return cls(lines, tuple(columns), tuple(dropped), tuple(ignored), digest)


def read_sheet(content: bytes, layout: SheetLayout = GROUP_LAYOUT) -> Sheet:
    """The rows of a file. Raises UnreadableSheet."""
    if len(content) > MOST_BYTES:
        raise UnreadableSheet(_too_large())
    if content.startswith(_OLD_EXCEL):
        raise UnreadableSheet(
            _("This is the old Excel format. Save it as .xlsx and choose it again")
        )
    read = _xlsx_rows if content.startswith(b"PK") else _csv_rows
    rows = read(content, layout)
    return _sheet(rows, layout, hashlib.sha256(content).hexdigest())


def _xlsx_rows(content: bytes, layout: SheetLayout) -> list[list[str]]:
    # Six megabytes of library, for which the desk waits until somebody brings a sheet.
    from openpyxl import load_workbook  # noqa: PLC0415

    try:
        _unpacks_sensibly(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
            first = book.worksheets[0]
            first.reset_dimensions()
            rows = _limited(
                (
                    [_written(cell) for cell in row]
                    for row in first.iter_rows(max_col=_MOST_COLUMNS)
                ),
                layout,
            )
            book.close()
    except UnreadableSheet:
        raise
    except Exception as error:
        # A broken file fails in a hundred ways that all mean one thing.
        raise UnreadableSheet(
            _("The file is broken: Excel may still open and save it anew")
        ) from error
    return rows


def _unpacks_sensibly(content: bytes) -> None:
    """Raises UnreadableSheet for a file that would take long to open, whatever it says of itself.

    A million empty rows are eighty kilobytes, and opening the book walks through them all.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        found = parts.infolist()
        if sum(part.file_size for part in found) > _MOST_UNPACKED:
            raise UnreadableSheet(_too_large())
        rows = tags = 0
        for part in found:
            with parts.open(part) as unpacked:
                while piece := unpacked.read(_PIECE):
                    rows += len(_ROW.findall(piece))
                    tags += piece.count(b"<")
                    if rows > _MOST_ROWS_OF_ALL_SHEETS or tags > _MOST_TAGS:
                        raise UnreadableSheet(_too_many_rows())


def _too_many_rows(most: int = MOST_ROWS) -> str:
    words = _("More than %(most)s rows: divide the sheet and import the parts")
    return words % {"most": number_in_sentence(most)}


def _too_large() -> str:
    return _("The file is larger than 2 MB: such a sheet is much smaller")


def _written(cell: Any) -> str:
    """A cell as text; a formula keeps its sign, so that it is noticed."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if cell.data_type == "f" and not str(value).startswith("="):
        return f"={value}"
    return str(value)


def _csv_rows(content: bytes, layout: SheetLayout) -> list[list[str]]:
    text = _decoded(content)
    first, _newline, rest = text.partition("\n")
    told = first.strip().casefold()
    if told.startswith("sep=") and len(told) == len("sep=x"):
        # The line stays counted, so that row numbers are those of the file.
        separator, text = told[-1], "\n" + rest
    else:
        separator = _separator(text)
    try:
        return _limited(csv.reader(io.StringIO(text, newline=""), delimiter=separator), layout)
    except csv.Error as error:
        raise UnreadableSheet(
            _("The file is no table: save it as .xlsx or as CSV UTF-8")
        ) from error


def _decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, or UTF-16 as older Excel writes it."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif content[1:2] == b"\0":
        encodings = ["utf-16-le"]
    elif content[:1] == b"\0":
        encodings = ["utf-16-be"]
    else:
        encodings = ["utf-8-sig"]
    try:
        return content.decode(encodings[0])
    except UnicodeDecodeError as error:
        raise UnreadableSheet(
            _("The letters cannot be read. Save it as .xlsx or as “CSV UTF-8” and choose it again")
        ) from error


def _separator(text: str) -> str:
    """What stands most often between the words of the headings."""
    start = "\n".join(text.splitlines()[:_HEADINGS_WITHIN])
    return max((";", ",", "\t"), key=start.count)


def _limited(rows: Any, layout: SheetLayout) -> list[list[str]]:
    """The rows with clean cells, empty ones at the end left out."""
    found: list[list[str]] = []
    for row in rows:
        if len(found) > layout.most_rows + _HEADINGS_WITHIN:
            raise UnreadableSheet(_too_many_rows(layout.most_rows))
        found.append([_clean(cell, layout.most_cell) for cell in row[:_MOST_COLUMNS]])
    return found


def _clean(cell: str, most: int) -> str:
    """One line without invisible characters; a dash alone says that there is nothing."""
    words = "".join(" " if unicodedata.category(c) in {"Cc", "Zs", "Zl"} else c for c in cell)
    words = "".join(c for c in words if unicodedata.category(c) != "Cs")
    words = normalise(" ".join(words.split())).strip()[:most]
    return words if words.strip("-–—") else ""


def _sheet(rows: list[list[str]], layout: SheetLayout, digest: str) -> Sheet:
    top = enumerate(rows[:_HEADINGS_WITHIN])
    at = next((i for i, row in top if layout.required <= {*map(layout.key_of, row)}), None)
    if at is None:
        raise UnreadableSheet(_missing(rows, layout))
    heads = rows[at]
    keys = [layout.key_of(head) for head in heads]
    twice = next((h for h, k in zip(heads, keys, strict=True) if k and keys.count(k) > 1), None)
    if twice:
        raise UnreadableSheet(_("The column “%(name)s” stands there twice") % {"name": twice})
    unknown = [head for head, key in zip(heads, keys, strict=True) if head and not key]
    return Sheet(
        tuple(_lines(rows, at, keys)),
        tuple(key for key in keys if key),
        tuple(head for head in unknown if is_about_people(head)),
        tuple(head for head in unknown if not is_about_people(head)),
        digest,
    )


def _missing(rows: list[list[str]], layout: SheetLayout) -> str:
    """Which headings were not found, judged by the row that has the most of them."""
    best: set[str] = max(
        ({*map(layout.key_of, row)} for row in rows[:_HEADINGS_WITHIN]), key=len, default=set()
    )
    names = [f"“{c.heading}”" for c in layout.columns if c.is_required and c.key not in best]
    return _("The sheet has no column %(names)s. Take the template and fill that in") % {
        "names": ", ".join(names)
    }


def _lines(rows: list[list[str]], at: int, keys: list[str]) -> Iterator[SheetLine]:
    for number, row in enumerate(rows[at + 1 :], at + 2):
        cells, formulas = {}, []
        for key, cell in zip(keys, row, strict=False):
            if not key or not cell:
                continue
            if cell.startswith(FORMULA_SIGNS) and not _BELOW_ZERO.fullmatch(cell):
                formulas.append(key)
            cells[key] = unguard_formula(cell)
        if cells:
            yield SheetLine(number, cells, tuple(formulas))


def guard_formula(value: str) -> str:
    """The value so that no spreadsheet runs it: an apostrophe before it says "text"."""
    return f"'{value}" if value.startswith((*FORMULA_SIGNS, "'")) else value


def unguard_formula(cell: str) -> str:
    """The value that `guard_formula` wrote."""
    return cell.removeprefix("'")
