"""What somebody with pen and paper finds out of the figures that are not said.

The simplex method, in fractions: the least and the greatest value of each, such that every sum
holds, nothing is below zero and what is said is as said. It knows nothing of how lines are chosen.
"""

from fractions import Fraction
from math import inf

Table = list[list[Fraction]]


def ranges(sums, said, wanted):
    """Of each wanted figure the least and the greatest value that agree with what is said."""
    open_ = sorted({key for parts, whole in sums for key in (*parts, whole)} - said.keys())
    table = []
    for parts, whole in sums:
        signs = dict.fromkeys(parts, 1) | {whole: -1}
        row = [Fraction(signs.get(key, 0)) for key in open_]
        side = -sum(sign * said[key] for key, sign in signs.items() if key in said)
        table.append([*(-n if side < 0 else n for n in row), Fraction(abs(side))])
    basis = _first_basis(table, len(open_))
    found = {}
    for key in wanted:
        goal = [Fraction(key == each) for each in open_]
        most = _greatest(table, basis, goal)
        found[key] = (-_greatest(table, basis, [-n for n in goal]), most)
    return found


def _first_basis(table: Table, width: int) -> list[int]:
    """Begins with one stopgap a row, and drives them all out."""
    height = len(table)
    for at, row in enumerate(table):
        row[-1:-1] = [Fraction(at == each) for each in range(height)]
    basis = [width + at for at in range(height)]
    missing = _greatest(table, basis, [Fraction(0)] * width + [Fraction(-1)] * height)
    assert missing == 0, "the figures do not agree"
    for at in reversed(range(height)):
        if basis[at] >= width:
            column = next((j for j in range(width) if table[at][j]), None)
            if column is None:
                del table[at], basis[at]
            else:
                _pivot(table, basis, at, column)
    for row in table:
        del row[width:-1]
    return basis


def _greatest(table: Table, basis: list[int], goal: list[Fraction]) -> Fraction | float:
    while True:
        worth = [
            (goal[column], row) for column, row in zip(basis, table, strict=True) if goal[column]
        ]
        gains = (n - sum(each * row[j] for each, row in worth) for j, n in enumerate(goal))
        column = next((j for j, gain in enumerate(gains) if gain > 0), None)
        if column is None:
            return sum((each * row[-1] for each, row in worth), Fraction(0))
        steps = [
            (row[-1] / row[column], basis[at], at)
            for at, row in enumerate(table)
            if row[column] > 0
        ]
        if not steps:
            return inf
        _pivot(table, basis, min(steps)[2], column)


def _pivot(table: Table, basis: list[int], at: int, column: int) -> None:
    by = table[at][column]
    table[at] = [n / by for n in table[at]]
    for other, row in enumerate(table):
        if other != at and row[column]:
            times = row[column]
            table[other] = [n - times * m if m else n for n, m in zip(row, table[at], strict=True)]
    basis[at] = column
