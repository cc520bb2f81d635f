"""Lines of tips in a file, one JSON object each: read one by one, with what is wrong with them."""

import json
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

DEFAULT_PROVINCE = "24"
# In bytes. No report is longer; what is longer is passed over and never held in memory.
LONGEST_LINE = 256 * 1024


class TipLine(NamedTuple):
    """A tip as it stands in a file."""

    id: str | int
    text: str
    province: str = DEFAULT_PROVINCE
    commune_of_channel: str | None = None
    """The code of the commune from whose group it was sent, if that is known."""


class FaultyLine(ValueError):
    """A line that cannot be read; its words say which one and why."""


def tip_lines(file: BinaryIO) -> Iterator[TipLine | FaultyLine]:
    """Every line that is not empty, as a tip or as what is wrong with it."""
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE and not line.endswith(b"\n"):
            while (rest := file.readline(LONGEST_LINE)) and not rest.endswith(b"\n"):
                pass
            yield FaultyLine(f"line {number} is longer than {LONGEST_LINE} bytes")
        elif line.strip():
            try:
                yield _tip_of(line)
            except FaultyLine as fault:
                yield FaultyLine(f"line {number} {fault}")


def _tip_of(line: bytes) -> TipLine:
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise FaultyLine(f"is not UTF-8: {error.reason} at byte {error.start}") from None
    except (ValueError, RecursionError) as error:
        raise FaultyLine(f"is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise FaultyLine("is not an object")
    known = found.get("id")
    if not isinstance(known, str | int) or isinstance(known, bool):
        raise FaultyLine('has no "id" that is a text or a whole number')
    if not isinstance(found.get("text"), str):
        raise FaultyLine('has no "text" in quotes')
    province, commune = (_code(found, name) for name in ("province", "commune_of_channel"))
    tip = TipLine(known, found["text"], province or DEFAULT_PROVINCE, commune)
    try:
        "".join(map(str, tip)).encode()
    except UnicodeEncodeError:
        raise FaultyLine("has half of a character (a surrogate without the other)") from None
    return tip


def _code(found: dict[str, object], name: str) -> str | None:
    code = found.get(name)
    if code is None or code == "":
        return None
    if not isinstance(code, str):
        raise FaultyLine(f'has a "{name}" that is no code in quotes')
    return code
