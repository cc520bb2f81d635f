"""First words of a warning, by category: what is usual in it, never what anybody reported."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FIELDS = ("title", "what", "signs", "act")


@cache
def ready_words() -> dict[str, dict[str, str]]:
    """By category; a part that has none is empty."""
    path = Path(__file__).parent / "ready_words.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["category"]: {field: row[field] for field in FIELDS} for row in csv.DictReader(file)
        }


def unchanged_ready_words(texts: Mapping[str, str]) -> list[str]:
    """The parts of a warning that are still, word for word, those of some category."""
    ready = {(part, words) for parts in ready_words().values() for part, words in parts.items()}
    return [part for part in FIELDS if texts.get(part) and (part, texts[part].strip()) in ready]
