"""First words of a warning, by category: what is usual in it, never what anybody reported."""

import csv
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
