"""Short lists of folded phrases, each in a file of its own that a person can read and mend."""

import re
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "phrases"


@cache
def listed_phrases(name: str) -> tuple[str, ...]:
    """The phrases of a list; lines that begin with # are for readers."""
    lines = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))


def listed_phrases_pattern(name: str) -> str:
    """A pattern that matches any phrase of a list, longer ones first."""
    listed = sorted(listed_phrases(name), key=len, reverse=True)
    return "|".join(re.escape(one).replace(r"\*", r"\w*") for one in listed)
