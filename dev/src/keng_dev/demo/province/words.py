"""The words of the demo: short files of our own, a section for each slot or category."""

from functools import cache
from importlib import resources

Sections = dict[str, tuple[str, ...]]


@cache
def sections(name: str) -> Sections:
    """The lines of each section of a file below words/; a line that begins with # is a comment."""
    folder = resources.files("keng_dev.demo.province")
    text = folder.joinpath("words", name).read_text(encoding="utf-8")
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("["):
            lines = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            lines.append(line)
    return {key: tuple(value) for key, value in found.items()}
