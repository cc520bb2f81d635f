"""What a reader gets out of a PDF: its text as the file itself says it, not as we wrote it.

And its structure as a screen reader walks it: which text is a heading, which a cell of which table.
A file without a table of letters or without marks cannot be read back, by us or by anybody.
"""

import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ContentStream, DictionaryObject

# Stands beside a piece that belongs to the word before and after it.
_JOINED = "\u2060"
_CODES = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?=[\r\n])")
_RANGES = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>")


@dataclass
class Element:
    """One element of the structure: what it is, its own text, what it holds."""

    tag: str
    text: str = ""
    parts: "list[Element]" = field(default_factory=list)

    def every(self, *tags: str) -> "Iterator[Element]":
        """All elements of these kinds within it, in their order."""
        for part in self.parts:
            if part.tag in tags:
                yield part
            yield from part.every(*tags)

    @property
    def words(self) -> str:
        """Its text with that of all it holds."""
        return _together(iter([self.text, *(part.words for part in self.parts)]))


def pages(pdf: bytes) -> list[str]:
    """The text of each page, in the order in which it is drawn, one space between pieces."""
    return [_together(text for _mark, text in _drawn(page)) for page in _reader(pdf).pages]


def structure(pdf: bytes) -> Element:
    """The structure of the whole file, with the text that stands on the pages."""
    reader = _reader(pdf)
    # The texts under each mark, by page.
    marked: dict[int | None, dict[int, list[str]]] = {}
    for page in reader.pages:
        texts: dict[int, list[str]] = {}
        for mark, text in _drawn(page):
            if mark is not None:
                texts.setdefault(mark, []).append(text)
        reference = page.indirect_reference
        marked[reference.idnum if reference else None] = texts
    root: Any = reader.trailer["/Root"].get_object()
    return _element(root["/StructTreeRoot"], marked, None)


def sheets(pdf: bytes) -> list[bytes]:
    """The pages of any PDF, whoever wrote it."""
    return re.findall(rb"/Type\s*/Page\b(?!s)", pdf)


def _reader(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


def _element(
    node: Any, marked: dict[int | None, dict[int, list[str]]], page: int | None
) -> Element:
    if "/Pg" in node:
        page = node.raw_get("/Pg").idnum
    found = Element(str(node.get("/S", "/Root"))[1:])
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        each = kid.get_object()
        if isinstance(each, int):
            found.text += " " + " ".join(marked[page].get(each, []))
        elif each.get("/Type") == "/MCR":
            at = each.raw_get("/Pg").idnum if "/Pg" in each else page
            found.text += " " + " ".join(marked[at].get(each["/MCID"], []))
        elif "/S" in each:
            found.parts.append(_element(each, marked, page))
    return found


def _drawn(page: Any) -> Iterator[tuple[int | None, str]]:
    """Each piece of text, with the mark under which it stands."""
    faces = {
        name: _letters(face.get_object())
        for name, face in page["/Resources"].get("/Font", {}).items()
    }
    letters: dict[int, str] = {}
    marks: list[int | None] = []
    # Within a part whose text is said as a whole no letter counts.
    spoken: list[bool] = []
    for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
        if operator in (b"BDC", b"BMC"):
            told: Any = operands[1] if len(operands) > 1 else None
            has_mark = isinstance(told, DictionaryObject) and "/MCID" in told
            marks.append(told["/MCID"] if has_mark else marks[-1] if marks else None)
            is_spoken = isinstance(told, DictionaryObject) and "/ActualText" in told
            if is_spoken:
                yield marks[-1], f"{_JOINED}{told['/ActualText']}{_JOINED}"
            spoken.append(is_spoken)
        elif operator == b"EMC":
            marks.pop()
            spoken.pop()
        elif operator == b"Tf":
            letters = faces[operands[0]]
        elif operator in (b"Tj", b"TJ") and not any(spoken):
            pieces = operands[0] if operator == b"TJ" else operands
            drawn = b"".join(_bytes(piece) for piece in pieces if hasattr(piece, "original_bytes"))
            glyphs = (int.from_bytes(drawn[at : at + 2]) for at in range(0, len(drawn), 2))
            yield (marks[-1] if marks else None), "".join(letters[number] for number in glyphs)


def _bytes(piece: Any) -> bytes:
    return bytes(piece.original_bytes)


def _letters(face: Any) -> dict[int, str]:
    """Which letters each glyph of a typeface stands for. Raises KeyError where none are said."""
    table = face["/ToUnicode"].get_data()
    found = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for glyph, letters in _CODES.findall(block):
            found[int(glyph, 16)] = _said(letters)
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, letters in _RANGES.findall(block):
            start = int(letters, 16)
            for step in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + step] = chr(start + step)
    return found


def _said(letters: bytes) -> str:
    return bytes.fromhex(letters.decode()).decode("utf-16-be")


def _together(pieces: Iterator[str]) -> str:
    said = re.sub(f" ?{_JOINED} ?", "", " ".join(" ".join(pieces).split()))
    return unicodedata.normalize("NFC", said)
