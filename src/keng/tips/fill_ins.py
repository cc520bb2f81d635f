"""What ready words may leave open, and what fills it: never anything that names a person."""

import re
from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import override

from keng.kit import times
from keng.kit.languages import full_language
from keng.kit.time_words import due_words
from keng.tips.decision_words import Deadline
from keng.tips.models import Tip
from keng.tips.reporter_times import reporter_time

# The only ones; the form for ready answers refuses any other word in braces.
FILL_INS = ("desk", "desk_phone", "place", "deadline", "receipt")
_BRACES = re.compile(r"\{([^{}]*)\}")


def unknown_fill_ins(text: str) -> list[str]:
    """Words in braces that nothing fills, and braces that do not close."""
    found = [gap for gap in _BRACES.findall(text) if gap not in FILL_INS]
    return found + re.findall(r"[{}]", _BRACES.sub("", text))


def fill_in(text: str, tip: Tip, deadlines: list[Deadline]) -> str:
    """The words as this tip's reporter would read them, in the language of the ready words."""
    return filler_for(tip, deadlines)(text)


def filler_for(tip: Tip, deadlines: list[Deadline]) -> Callable[[str], str]:
    """The same for many texts of one tip."""
    with override(full_language(tip.language)):
        words = _fill_in_values(tip, deadlines)
    return lambda text: _BRACES.sub(lambda gap: words.get(gap[1], gap[0]), text)


def _fill_in_values(tip: Tip, deadlines: list[Deadline]) -> dict[str, str]:
    now = times.now()
    # The last one to run out: an earlier one only says when somebody looks.
    due = [reporter_time(each.due_at, tip) for each in deadlines if not each.stopped_at]
    ahead = [each for each in due if each > now]
    return {
        "desk": tip.responsible_unit.name,
        "desk_phone": tip.responsible_unit.desk_phone or _("113 if it is urgent"),
        "place": tip.place.name if tip.place else _("the place where it happened"),
        # A time that has passed already is promised to nobody.
        "deadline": due_words(max(ahead)) if ahead else _("as soon as there is a result"),
        # The code itself is known to the reporter alone.
        "receipt": _("your receipt code"),
    }
