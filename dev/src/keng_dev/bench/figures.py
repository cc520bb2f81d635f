"""What was measured, as a table to read and a file to compare."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Target:
    """What the figure should reach. `of` says which of its numbers is meant."""

    sign: Literal["≥", "≤"]
    value: float
    of: Literal["ratio", "ours"] = "ours"

    def is_met(self, found: float) -> bool:
        return found >= self.value if self.sign == "≥" else found <= self.value


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number; every value of its rounds is kept, the median is what counts."""

    name: str
    what: str
    unit: str
    ours: list[float]
    baseline: list[float] = field(default_factory=list)
    baseline_is: str = ""
    target: Target | None = None

    @property
    def middle(self) -> float:
        return median(self.ours)

    @property
    def ratio(self) -> float | None:
        return self.middle / median(self.baseline) if self.baseline else None

    @property
    def is_met(self) -> bool | None:
        """None when there is no target."""
        if self.target is None:
            return None
        found = self.middle if self.target.of == "ours" else self.ratio
        return found is not None and self.target.is_met(found)

    @property
    def wanted(self) -> str:
        if self.target is None:
            return ""
        unit = "×" if self.target.of == "ratio" else self.unit
        return f"{self.target.sign} {self.target.value:g} {unit}"

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "what": self.what,
            "ours": self.middle,
            "baseline": median(self.baseline) if self.baseline else None,
            "baseline_is": self.baseline_is,
            "ratio": self.ratio,
            "unit": self.unit,
            "target": self.wanted,
            "rounds": {"ours": self.ours, "baseline": self.baseline},
        }


def alternate(rounds: int, runs: Mapping[str, Callable[[], Any]]) -> dict[str, list[Any]]:
    """Every run once a round, so that a busy minute of the machine meets all of them."""
    found: dict[str, list[Any]] = {name: [] for name in runs}
    for _round in range(rounds):
        for name, run in runs.items():
            found[name].append(run())
    return found


def print_table(name: str, figures: list[Figure]) -> None:
    """For a person: one line a figure, the missed ones marked."""
    print(f"\n{name}")
    for figure in figures:
        ratio = f"{figure.ratio:.2f} ×" if figure.ratio is not None else ""
        beside = f"{median(figure.baseline):,.4g}" if figure.baseline else ""
        mark = {None: "", True: "met", False: "MISSED"}[figure.is_met]
        print(
            f"  {figure.name:<28} {figure.middle:>12,.4g} {figure.unit:<10} {beside:>12} "
            f"{ratio:>9}  {figure.wanted:<14} {mark:<7} {figure.what}"
            + (f" | beside: {figure.baseline_is}" if figure.baseline_is else "")
        )


def write(file: Path, figures: list[Figure]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    listed = [figure.as_json() for figure in figures]
    file.write_text(json.dumps(listed, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
