"""What can stand in the way."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from keng.acts.errors import AlreadyDone, Incomplete, Refused, TooLate

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_MISSING: "dict[str, _StrPromise]" = {
    "none": _("Write at least one question first."),
    "english": _("Some questions are not in English yet."),
    "questions": _("Twelve questions are the most: nobody answers more."),
    "slips": _("There are 5,000 slips: these are the most."),
    "figures": _("Not done: the answers are not counted yet."),
    "texts": _("Read the short texts first: each is published or left out."),
}


class WrongState(Refused):
    """The survey is not where this can be done: not a draft, not open, not closed."""

    sentence = _("That is over: this is how the survey stands now.")


class LastDayOver(TooLate):
    """Whoever answered would be too late: it needs another last day before it opens."""

    sentence = _("Its last day is over. Give it back, set a later day and hand it in again.")


class LastDayTooFar(Incomplete):
    """A partner asks for so long at the most, then it shows what came of it."""

    sentence = _("A survey of a partner takes answers for 90 days at the most: set an earlier day.")


class NotReady(Incomplete):
    """Something is missing; holds a word for what."""

    def __init__(self, missing: str) -> None:
        super().__init__(missing)
        self.sentence = _MISSING[missing]


class NotOpen(TooLate):
    """No answer is taken any more."""


class SlipUnknown(Incomplete):
    """There is no such slip."""

    sentence = _("There is no such slip. Compare it letter by letter.")


class SlipUsed(AlreadyDone):
    """The slip gave its answer already."""

    sentence = _("This slip was used already: the sheet does not count again.")
