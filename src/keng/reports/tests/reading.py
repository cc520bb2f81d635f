"""What a reader copies out of a PDF: its text as the file itself says it, not as we wrote it.

Small on purpose: plain objects, deflated streams, and typefaces whose table says which letter each
glyph stands for. A file without such a table cannot be read back, by us or by a screen reader.
"""

import re
import unicodedata
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\s*(<<.*?>>)\s*(?:endobj|stream\r?\n)", re.DOTALL)
_LENGTH = re.compile(rb"/Length (\d+)")
_PAIR = re.compile(rb"<([0-9A-F]+)> <([0-9A-F]+)>")
_DRAWN = re.compile(rb"/(F\d+) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\) Tj", re.DOTALL)
_ESCAPED = {b"r": b"\r", b"n": b"\n", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages(pdf: bytes) -> list[str]:
    """The text of each page, in the order in which it is drawn, one space between pieces."""
    objects = _objects(pdf)
    faces = {
        name: _letters(objects, int(number))
        for head, _body in objects.values()
        for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", head)
    }
    streams = [
        zlib.decompress(objects[int(number)][1])
        for head, _body in objects.values()
        for number in re.findall(rb"/Contents (\d+) 0 R", head)
    ]
    return [_text(stream, faces) for stream in streams]


def sheets(pdf: bytes) -> list[bytes]:
    """The pages of any PDF, whoever wrote it."""
    return re.findall(rb"/Type\s*/Page\b(?!s)", pdf)


def _objects(pdf: bytes) -> dict[int, tuple[bytes, bytes]]:
    """Each object's head and stream, which is as long as it says: its last byte may be a CR."""
    found, at = {}, 0
    while match := _OBJECT.search(pdf, at):
        length = _LENGTH.search(match[2]) if match[0].endswith(b"\n") else None
        at = match.end() + (int(length[1]) if length else 0)
        found[int(match[1])] = match[2], pdf[match.end() : at]
    return found


def _letters(objects: dict[int, tuple[bytes, bytes]], face: int) -> dict[int, str]:
    """Which letters each glyph of a typeface stands for."""
    (table,) = re.findall(rb"/ToUnicode (\d+) 0 R", objects[face][0])
    said = objects[int(table)][1].partition(b"beginbfchar")[2]
    return {
        int(g, 16): bytes.fromhex(u.decode()).decode("utf-16-be") for g, u in _PAIR.findall(said)
    }


def _text(stream: bytes, faces: dict[bytes, dict[int, str]]) -> str:
    pieces, letters = [], dict[int, str]()
    for face, drawn in _DRAWN.findall(stream):
        if face:
            letters = faces[face]
            continue
        glyphs = re.sub(rb"\\(.)", lambda m: _ESCAPED.get(m[1], m[1]), drawn, flags=re.DOTALL)
        numbers = (int.from_bytes(glyphs[at : at + 2]) for at in range(0, len(glyphs), 2))
        pieces.append("".join(letters[number] for number in numbers))
    return unicodedata.normalize("NFC", " ".join(" ".join(pieces).split()))
