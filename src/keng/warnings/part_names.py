"""What the parts of a warning are called; not every warning tells what somebody does in the first.

Chosen whenever it is shown, from the category, which an approval covers. The name itself is in no
hash, so what was approved under another name stays approved.
"""

from typing import NamedTuple

from django.utils.translation import gettext as _

from keng.language import taxonomy
from keng.warnings.content import CONSEQUENCE, SHORT_FORM


class _FirstPartNames(NamedTuple):
    does: str
    happens: str
    known: str

    def for_category(self, category: str) -> str:
        found = taxonomy.categories().get(category)
        return getattr(self, found.first_part) if found else self.does


def what_heading(category: str) -> str:
    """The first part as a heading."""
    names = _FirstPartNames(_("What they do"), _("What happens"), _("What is known"))
    return names.for_category(category)


def part_headings(category: str) -> dict[str, str]:
    """What the parts are called on screens."""
    return {
        "title": _("Title"),
        "what": what_heading(category),
        "signs": _("How to notice"),
        "act": _("What to do now"),
        "call": _("Whom to call"),
        CONSEQUENCE: _("What happens to people"),
        SHORT_FORM: _("Short form for text messages (SMS)"),
    }


def what_on_card(category: str) -> str:
    """As short as the picture wants it."""
    return _FirstPartNames(_("They do"), _("It happens"), _("Known")).for_category(category)


def what_line(category: str, words: str) -> str:
    """The line of the message."""
    names = _FirstPartNames(
        _("1. What they do: %s"), _("1. What happens: %s"), _("1. What is known: %s")
    )
    return names.for_category(category) % words
