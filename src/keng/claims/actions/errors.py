"""What can stand in the way of a decision about a claim."""

from django.utils.translation import gettext_lazy as _

from keng.acts.errors import AlreadyDone, NotAllowed, Refused, TooLate


class AlreadyEnded(AlreadyDone):
    """Answered, out of scope or withdrawn: nothing more is written about it."""

    sentence = _("This claim was ended meanwhile.")


class NothingToObject(TooLate):
    """It is not out of scope, the week is over, or it was objected to already."""


class NotPublished(Refused):
    """There is no public page to take back or to answer with."""

    sentence = _("This check does not stand any more.")


class YourOwn(NotAllowed):
    """Nobody decides an objection to an own decision."""

    sentence = _("Your decision was objected to: another officer decides now.")
