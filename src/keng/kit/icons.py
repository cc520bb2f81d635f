"""Our own line icons and pictograms, read from drawings/; a wrong name fails loudly."""

import re
from functools import cache
from pathlib import Path

DRAWINGS = Path(__file__).parent / "drawings"
_SHAPES = re.compile(r"\A[^<]*<svg[^<>]*>(.*)</svg>", re.DOTALL)


def drawing_names(kind: str) -> list[str]:
    """Every drawing of a kind: "icons" or "pictograms"."""
    return sorted(path.stem for path in (DRAWINGS / kind).glob("*.svg"))


@cache
def drawing_shapes(name: str, kind: str = "icons") -> str:
    """The shapes inside one drawing; the stylesheet gives them colour and weight."""
    if not re.fullmatch(r"[a-z-]+", name):
        raise KeyError(name)
    path = DRAWINGS / kind / f"{name}.svg"
    if not path.exists():
        raise KeyError(name)
    found = _SHAPES.search(path.read_text(encoding="utf-8"))
    if not found:
        raise ValueError(f"{path.name} is no drawing")
    return re.sub(r"\n\s*", "", found[1])
