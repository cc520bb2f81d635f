"""Lines of tips in, indicators out: the path that `keng analyse` and measurements share."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from keng.language.indicators import extract


def analyse_lines(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """For each line {"id", "text", ...} the indicators of its text; empty lines are passed over."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            identity, text = _tip(number, line)
            yield {"id": identity, "indicators": indicators_of(text)}


def indicators_of(text: str) -> list[dict[str, Any]]:
    """The indicators of one text as plain data."""
    return [
        {"type": one.type, "value": one.value, "start": one.start, "end": one.end}
        for one in extract(text)
    ]


def _tip(number: int, line: str) -> tuple[Any, str]:
    try:
        tip = json.loads(line)
    except ValueError as error:
        raise ValueError(f"line {number} is not JSON: {error}") from None
    if not isinstance(tip, dict) or not isinstance(tip.get("text"), str) or "id" not in tip:
        raise ValueError(f'line {number} is not an object with "id" and a "text" in quotes')
    return tip["id"], tip["text"]
