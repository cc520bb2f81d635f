"""What the worst 20,000 characters cost whoever reads people's words: beside half of them.

The baseline of each figure is the same at 10,000 characters: what reads a text once takes twice as
long for twice as much. Nothing here needs the database.
"""

import time
from collections.abc import Callable

from keng_dev.bench.figures import Figure, Target, alternate
from keng_dev.bench.scratch import Bench

_LONG, _SHORT = 20_000, 10_000
_MOST = Target("≤", 3, of="ratio")
# Each alone, again and again: blanks, figures, brackets, letters, numbers in a list.
_UNITS = (" ", "\t", "1.", "1,", "[(", "a", "İ", "a-", "\n", "@Aa ", "0912 345 678 va ")
_Read = Callable[[str], object]


def measure(bench: Bench) -> list[Figure]:
    """CPU of this process for the text of each that costs it most."""
    return [
        figure
        for name, read in _readers().items()
        for figure in [_figure(name, read, rounds=bench.rounds)]
    ]


def _figure(name: str, read: _Read, *, rounds: int) -> Figure:
    read("0912 345 678, evil.example")
    worst = max(_UNITS, key=lambda unit: _milliseconds(read, unit, _SHORT))
    found = alternate(
        rounds,
        {
            "long": lambda: _milliseconds(read, worst, _LONG),
            "short": lambda: _milliseconds(read, worst, _SHORT),
        },
    )
    return Figure(
        f"words_{name}_ms",
        f"{name} of {_LONG:,} characters of {worst!r}",
        "ms",
        found["long"],
        baseline=found["short"],
        baseline_is=f"{_SHORT:,} characters",
        target=_MOST,
    )


def _milliseconds(read: _Read, unit: str, length: int) -> float:
    text = f"abc\n{unit * (length // len(unit))}x"
    began = time.thread_time()
    read(text)
    return (time.thread_time() - began) * 1000


def _readers() -> dict[str, _Read]:
    from keng.language import house_style, indicators, lookup_terms, masking  # noqa: PLC0415 -- big tables
    from keng.places import communes_in_text  # noqa: PLC0415 -- big tables

    return {
        "masking": masking.mask_people,
        "indicators": indicators.extract,
        "asked": lookup_terms.lookup_terms_in,
        "house_style": house_style.check_words_style,
        "places": communes_in_text.communes_in_text,
    }
