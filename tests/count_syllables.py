"""Count the words that `keng.language.disguise` knows: `python -m tests.count_syllables`.

From the project's own Vietnamese: the sentences that danger and categories are learned from,
everyday phrases, the tables of phrases, the names of places and the translations. No text of a
person and none of the development set.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from importlib import resources
from itertools import pairwise
from pathlib import Path

from keng.language.disguise.syllables import is_syllable, neighbour_key
from keng.language.fold import fold
from keng.language.tables import table_entries

ROOT = Path(__file__).resolve().parents[1]
COUNTS = Path(str(resources.files("keng.language.disguise")))
SENTENCES = ("danger_own.jsonl", "danger_seen.jsonl", "danger_seen_2.jsonl", "danger_seen_3.jsonl")
# Sentences like those people send: in how many of them a word stands says how little it tells.
TIPS = (*SENTENCES, "tips_own.jsonl")
COMMON = "common_phrases.txt"
PHRASES = (
    ("keng.language.seeds", "concepts.txt"),
    ("keng.language.danger", "vietnamese.txt"),
    ("keng.language.danger", "minutes.txt"),
)
PLACES = ("communes.csv", "communes_until_2025.csv", "provinces.csv")
_PLACE_COLUMNS = {"name", "full_name", "district"}
_PLACE_KIND = re.compile(
    r"^(?:phường|xã|thị trấn|thị xã|quận|huyện|thành phố|tỉnh) ", re.IGNORECASE
)
# A phrase of a table stands for many sentences.
PHRASE_COUNTS = 3
# From here on a word that is no syllable ("zalo") is known, and one is counted in tips.
LEAST_OTHER, LEAST_TIPS = 3, 2
_WORD = re.compile(r"[^\W\d_]+")
_BREAK = re.compile(r"[.!?;:,|\n]")
_NOT_WORDS = re.compile(r"%\(\w+\)[sd]|\{\w*\}|<[^>]{1,200}>|https?://\S+")
_MESSAGE = re.compile(r'^(?:msgstr(?:\[\d\])? )?"(.*)"$')


def tips() -> Iterator[str]:
    """Sentences like those people send, in Vietnamese with and without accents."""
    data = resources.files("keng.language.tests").joinpath("data")
    for name in TIPS:
        if (path := data.joinpath(name)).is_file():
            for line in path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                if row.get("language", "vi").startswith("vi"):
                    yield row["text"]


def texts() -> Iterator[tuple[str, int]]:
    """Everything that is counted, and how often."""
    data = resources.files("keng.language.tests").joinpath("data")
    yield from ((text, 1) for text in tips() if not text.isascii())
    for line in data.joinpath(COMMON).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield line, PHRASE_COUNTS
    for package, name in PHRASES:
        for _idea, phrases in table_entries(package, name):
            for phrase in phrases:
                yield phrase.strip("*!").replace("_", " "), PHRASE_COUNTS
    yield from ((name, 1) for name in sorted(_place_names()))
    for path in sorted(ROOT.glob("**/locale/vi/LC_MESSAGES/*.po")):
        if ".venv" not in path.parts:
            yield from ((text, 1) for text in _translations(path))


def _place_names() -> set[str]:
    """What a place is called, without what kind of place it is; only names of plain syllables."""
    found = set()
    for name in PLACES:
        path = ROOT / "src/keng/places/data" / name
        with path.open(encoding="utf-8", newline="") as file:
            for place in csv.DictReader(file):
                found |= {_PLACE_KIND.sub("", place.get(column) or "") for column in _PLACE_COLUMNS}
    return {name for name in found if all(map(is_syllable, _WORD.findall(name.lower())))}


def _translations(path: Path) -> Iterator[str]:
    """What stands in msgstr."""
    said: list[str] = []
    is_translation = False
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(("msgid", "#")) or not line:
            yield from _message(said)
            said, is_translation = [], False
        elif line.startswith("msgstr"):
            is_translation = True
        if is_translation and (match := _MESSAGE.match(line)):
            said.append(match[1].replace("\\n", "\n"))
    yield from _message(said)


def _message(lines: list[str]) -> Iterator[str]:
    """The first message of a file tells of the file."""
    said = "".join(lines)
    if said and "Content-Type:" not in said:
        yield said


def counted() -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """How often each word and each pair of neighbours stands there, with their accents."""
    words: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for text, times in texts():
        for part in _BREAK.split(_NOT_WORDS.sub(";", text)):
            found = _WORD.findall(part.lower())
            for word in found:
                words[word] += times
            for one, other in pairwise(found):
                pairs[one, other] += times
    kept = Counter(
        {
            word: n
            for word, n in words.items()
            if is_syllable(word) or (n >= LEAST_OTHER and len(word) > 1)
        }
    )
    known = {neighbour_key(word) for word in kept}
    return kept, Counter(
        {pair: n for pair, n in pairs.items() if known.issuperset(map(neighbour_key, pair))}
    )


def as_files() -> dict[str, str]:
    """The tables as they are kept, by name."""
    words, pairs = counted()
    said = Counter(word for text in tips() for word in set(_WORD.findall(fold(text))))
    rows: dict[str, list[tuple[str, ...]]] = {
        "words.csv": [("word", "count"), *((w, str(n)) for w, n in sorted(words.items()))],
        "tip_words.csv": [
            ("word", "sentences"),
            ("", str(sum(1 for _text in tips()))),
            *((w, str(n)) for w, n in sorted(said.items()) if n >= LEAST_TIPS),
        ],
        "neighbours.csv": [
            ("first", "second", "count"),
            *((a, b, str(n)) for (a, b), n in sorted(pairs.items())),
        ],
    }
    made = {}
    for name, lines in rows.items():
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(lines)
        made[name] = out.getvalue()
    return made


def main() -> None:
    for name, text in as_files().items():
        (COUNTS / name).write_text(text, encoding="utf-8")
        print(f"{name}: {text.count(chr(10)) - 1} rows, {len(text.encode())} bytes")


if __name__ == "__main__":
    main()
