"""What the first of the four parts is called: not every warning tells what somebody does.

Chosen whenever it is shown, from the category, which an approval covers. The name itself is in no
hash, so what was approved under another name stays approved.
"""

from typing import NamedTuple

from django.utils.translation import gettext as _

from keng.language import taxonomy

_SOMEBODY_DOES_IT = frozenset({"crime", "scam"})


class _Names(NamedTuple):
    does: str
    happens: str
    is_known: str

    def of(self, category: str) -> str:
        if category == "missing_person":
            return self.is_known
        found = taxonomy.categories().get(category)
        return self.happens if found and found.group not in _SOMEBODY_DOES_IT else self.does


def what(category: str) -> str:
    """As a heading."""
    return _Names(_("What they do"), _("What happens"), _("What is known")).of(category)


def what_on_card(category: str) -> str:
    """As short as the picture wants it."""
    return _Names(_("They do"), _("It happens"), _("Known")).of(category)


def what_line(category: str, words: str) -> str:
    """The line of the message."""
    names = _Names(_("1. What they do: %s"), _("1. What happens: %s"), _("1. What is known: %s"))
    return names.of(category) % words
