"""No piece of a development text stands in the source: what is measured was not copied in."""

import re
import unicodedata
from functools import cache
from pathlib import Path

from tests.load.dev_set import ROOT, dev_tips

SOURCE = ROOT / "src"
TOOLS = ROOT / "dev" / "src"
LENGTH = 12
TEXT_FILES = {
    ".py",
    ".txt",
    ".csv",
    ".json",
    ".po",
    ".html",
    ".js",
    ".css",
    ".md",
    ".svg",
    ".toml",
    ".tsv",
    ".jsonl",
}
# Names of places are facts; a tip that names a commune shares its name with the table of communes.
FACTS = SOURCE / "keng" / "places"
# Sentences that another hand wrote to measure with: they share everyday phrases with every text,
# and the product never reads them.
SENTENCES = "tests/data/*.jsonl"
EVERYDAY = Path(__file__).with_name("everyday_phrases.txt")
SYLLABLES = Path(__file__).with_name("everyday_syllables.txt")


def test_no_twelve_characters_of_a_dev_text_are_in_the_source() -> None:
    pieces: dict[str, str] = {}
    for tip in dev_tips():
        text = unicodedata.normalize("NFC", tip["text"])
        for i in range(len(text) - LENGTH + 1):
            pieces.setdefault(text[i : i + LENGTH], tip["id"])
    found = [
        f"{file.relative_to(ROOT)}: {piece!r} of {pieces[piece]}"
        for file in sorted((*SOURCE.rglob("*"), *TOOLS.rglob("*")))
        if file.is_file() and file.suffix in TEXT_FILES and not file.is_relative_to(FACTS)
        if not file.match(SENTENCES)
        for piece in sorted(_pieces_of(file) & pieces.keys())
        if not _everyday(piece)
    ]
    assert not found, f"write it anew, or see {EVERYDAY.name}:\n" + "\n".join(found)


def test_a_copied_text_would_be_found(tmp_path: Path) -> None:
    copied = tmp_path / "copied.py"
    for tip in dev_tips():
        text = unicodedata.normalize("NFC", tip["text"])
        if len(text) < 2 * LENGTH:
            continue
        copied.write_text(f'SEED = "{text}"', encoding="utf-8")
        pieces = {text[i : i + LENGTH] for i in range(len(text) - LENGTH + 1)}
        assert any(not _everyday(piece) for piece in _pieces_of(copied) & pieces), tip["id"]


def _pieces_of(file: Path) -> set[str]:
    text = unicodedata.normalize("NFC", file.read_text(encoding="utf-8"))
    return {text[i : i + LENGTH] for i in range(len(text) - LENGTH + 1)}


@cache
def _listed(file: Path) -> tuple[str, ...]:
    text = unicodedata.normalize("NFC", file.read_text(encoding="utf-8")).casefold()
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))


@cache
def _syllables() -> frozenset[str]:
    return frozenset(word for line in _listed(SYLLABLES) for word in line.split())


def _everyday(piece: str) -> bool:
    """Whether the piece lies within a listed phrase or is made of the commonest syllables."""
    piece = piece.casefold()
    core = piece.strip(" ,.;:!?\"'()")
    return any(core in phrase for phrase in _listed(EVERYDAY)) or _of_common_syllables(piece)


def _of_common_syllables(piece: str) -> bool:
    """The first and the last word of a piece may be cut; those between are whole."""
    first, *others = re.split(r"[ ,.:;!?]+", piece)
    if not others or any(c.isdigit() for c in piece):
        return False
    *between, last = others
    return (
        any(word.endswith(first) for word in _syllables())
        and any(word.startswith(last) for word in _syllables())
        and all(word in _syllables() for word in between)
    )
