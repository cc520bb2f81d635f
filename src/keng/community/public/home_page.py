"""Which warnings a resident reads first, and in what order."""

from typing import NamedTuple

from keng.places.models import Place
from keng.warnings.models import Version
from keng.warnings.queries import current_warnings, current_warnings_for, once_by_words

_MOST_NEAR = 4
_MOST_FURTHER = 3
# Some of them are in the words of another one.
_READ_FOR_THEM = 12


class WarningsForHome(NamedTuple):
    """The newest whole, the others as titles, and some of elsewhere for whoever chose a place."""

    newest: Version | None
    others: list[Version]
    further: list[Version]


def warnings_for_home(near: Place | None) -> WarningsForHome:
    """Those in or around the chosen place first, newest first; then the newest of elsewhere.

    Without a place they are the newest of all.
    """
    first = once_by_words(current_warnings_for("", near, limit=_READ_FOR_THEM))[:_MOST_NEAR]
    further: list[Version] = []
    if near is not None:
        of_all = once_by_words([*first, *current_warnings(limit=_READ_FOR_THEM)])
        further = of_all[len(first) :][:_MOST_FURTHER]
    return WarningsForHome(first[0] if first else None, first[1:], further)
