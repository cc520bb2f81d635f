"""Counts for the public: a cell with fewer than five is never shown, nor found by subtracting."""

from dataclasses import dataclass

from keng.kit.small_counts import FEWEST_SHOWN


@dataclass(frozen=True, slots=True)
class PupilCell:
    """Those who are counted together: one by its name, or several by their number."""

    labels: tuple[str, ...]
    count: int

    @property
    def label(self) -> str:
        """The name, where it is one alone."""
        return self.labels[0] if len(self.labels) == 1 else ""


def merge_small_cells(rows: list[tuple[str, int]]) -> list[PupilCell]:
    """Put the small ones together until they are enough; nothing if all are not enough.

    The cells still add up to everything, so no total tells what a merged one holds.
    """
    left = sorted(rows, key=lambda row: (-row[1], row[0]))
    small = [row for row in left if row[1] < FEWEST_SHOWN]
    big = left[: len(left) - len(small)]
    while small and big and sum(count for _, count in small) < FEWEST_SHOWN:
        small.append(big.pop())
    cells = [PupilCell((label,), count) for label, count in big]
    together = sum(count for _, count in small)
    if small and together >= FEWEST_SHOWN:
        cells.append(PupilCell(tuple(sorted(label for label, _ in small)), together))
    return cells
