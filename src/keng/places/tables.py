"""Our own tables of administrative units, as they come with the product."""

import csv
from collections.abc import Iterator
from importlib import resources

LAST_OLD_YEAR_TABLE = "communes_until_2025.csv"
KIND_WORDS = ("Đặc khu", "Thị trấn", "Phường", "Xã")


def table_rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of one of our tables."""
    text = resources.files("keng.places").joinpath("data", name).read_text(encoding="utf-8")
    return iter(list(csv.DictReader(text.splitlines())))


def name_without_kind(full_name: str) -> str:
    """The name without its kind: "Phường Nếnh" is "Nếnh", but "Phường 3" keeps its word."""
    for word in KIND_WORDS:
        if full_name.casefold().startswith(f"{word.casefold()} "):
            rest = full_name[len(word) :].strip()
            return full_name if rest.isdigit() else rest
    return full_name
