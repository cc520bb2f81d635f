"""Word lists in text files: "head: word word", "_" between the words of a phrase, a tab goes on."""

from collections.abc import Iterator
from importlib import resources


def table_entries(package: str, name: str) -> Iterator[tuple[str, list[str]]]:
    """Each entry's head and its words. Lines that begin with "# " are for the reader."""
    text = resources.files(package).joinpath(name).read_text(encoding="utf-8")
    for line in text.replace("\n\t", " ").splitlines():
        if line.strip() and not line.startswith("# "):
            head, _, rest = line.partition(":")
            yield head, rest.split()
