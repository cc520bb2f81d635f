"""A pattern that looks first for letters without which it cannot match: most texts end there.

Which letters these are is derived from the pattern itself, so that they cannot grow apart. Looking
for a few letters takes a tenth of the time of trying a pattern at every place of a text.
"""

import re
from collections.abc import Iterator
from re import _parser  # type: ignore[attr-defined]  # the one place that reads patterns
from typing import Any

# So many pieces are looked for at most; beyond that the pattern itself is as quick.
_MOST_PIECES = 48
_MOST_CHARACTERS = 8

Pieces = frozenset[str]


class GuardedPattern:
    """Searches as the pattern does."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern
        self.needed = needed_pieces(pattern)
        """Of each of these sets one piece stands in every text that the pattern matches."""

    def search(self, text: str) -> re.Match[str] | None:
        """The first match."""
        for pieces in self.needed:
            for piece in pieces:
                if piece in text:
                    break
            else:
                return None
        return self.pattern.search(text)


def needed_pieces(pattern: re.Pattern[str]) -> tuple[tuple[str, ...], ...]:
    """At most two sets of pieces; of each one must stand in a text that the pattern matches."""
    if pattern.flags & re.IGNORECASE:
        return ()
    found = set(_needed(_parser.parse(pattern.pattern, pattern.flags)))
    found = {_shortest(pieces) for pieces in found}
    best = sorted(found, key=lambda pieces: (_worth(pieces), sorted(pieces)), reverse=True)
    return tuple(tuple(sorted(pieces)) for pieces in best[:2] if "" not in pieces)


def _worth(pieces: Pieces) -> tuple[int, float, int]:
    """Long pieces stand in few texts, and few of them are looked for quickly."""
    return min(map(len, pieces)), sum(map(len, pieces)) / len(pieces), -len(pieces)


def _shortest(pieces: Pieces) -> Pieces:
    """Without those that hold another one."""
    return frozenset(
        piece for piece in pieces if not any(o != piece and o in piece for o in pieces)
    )


def _needed(items: Any) -> Iterator[Pieces]:
    """Every set of pieces that a sequence of items needs."""
    run: Pieces = frozenset({""})
    for item in items:
        exact = _exact([item])
        longer = _product(run, exact) if exact is not None else None
        if longer is not None:
            run = longer
            continue
        yield from _usable(run)
        run = exact if exact is not None else frozenset({""})
        if exact is None:
            yield from _needed_by(*item)
    yield from _usable(run)


def _usable(run: Pieces) -> Iterator[Pieces]:
    if "" not in run:
        yield run


def _needed_by(kind: Any, value: Any) -> Iterator[Pieces]:
    """What one item needs that stands for endlessly many words."""
    name = str(kind)
    if name == "SUBPATTERN":
        yield from _needed(value[3])
    elif name == "ATOMIC_GROUP":
        yield from _needed(value)
    elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        if value[0] > 0:
            yield from _needed(value[2])
    elif name == "BRANCH":
        yield from _needed_by_all(value[1])


def _needed_by_all(branches: list[Any]) -> Iterator[Pieces]:
    """One set for all branches: the best of each."""
    together: Pieces = frozenset()
    for branch in branches:
        best = max(_needed(branch), key=_worth, default=None)
        if best is None:
            return
        together |= best
    if len(together) <= _MOST_PIECES:
        yield together


def _exact(items: Any) -> Pieces | None:
    """Every word that these items match; None where they are too many."""
    words: Pieces | None = frozenset({""})
    for kind, value in items:
        words = _product(words, _exact_of(str(kind), value))
        if words is None:
            return None
    return words


def _exact_of(name: str, value: Any) -> Pieces | None:
    if name in ("AT", "ASSERT", "ASSERT_NOT"):
        return frozenset({""})
    if name == "LITERAL":
        return frozenset({chr(value)})
    if name == "IN":
        return _characters(value)
    if name == "SUBPATTERN":
        return _exact(value[3])
    if name == "ATOMIC_GROUP":
        return _exact(value)
    if name == "BRANCH":
        return _together([_exact(branch) for branch in value[1]])
    if name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT") and value[1] == 1:
        once = _exact(value[2])
        return once if once is None or value[0] else once | {""}
    return None


def _characters(value: Any) -> Pieces | None:
    if len(value) > _MOST_CHARACTERS or any(str(kind) != "LITERAL" for kind, _ in value):
        return None
    return frozenset(chr(code) for _kind, code in value)


def _together(branches: list[Pieces | None]) -> Pieces | None:
    found: Pieces = frozenset()
    for each in branches:
        if each is None:
            return None
        found |= each
    return found if len(found) <= _MOST_PIECES else None


def _product(first: Pieces | None, second: Pieces | None) -> Pieces | None:
    if first is None or second is None or len(first) * len(second) > _MOST_PIECES:
        return None
    return frozenset(a + b for a in first for b in second)
