"""What can stand in the way of a decision, each with the sentence that its officer reads."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keng.accounts.models import Officer
from keng.acts import errors
from keng.kit.time_words import moment_words
from keng.tips.models import Decision
from keng.vault.seal import NoKey

# The areas above may not know the vault, and still have to say that something could not be sealed.
CannotSeal = NoKey


class CannotDecide(errors.Refused):
    """The decision was not taken; nothing was changed."""


class NotYours(CannotDecide, errors.NotAllowed):
    """No such tip, or not one this officer may know of: the same answer."""


class AlreadyClosed(CannotDecide, errors.AlreadyDone):
    """The tip was closed before this decision arrived."""

    sentence = _("Not done: this tip was closed already.")


class ReceivedBefore(CannotDecide, errors.AlreadyDone):
    """What is sent once more was taken in, and nothing leads from it to its tip any more."""


class NotClosed(CannotDecide):
    """Only a closed tip can be reopened."""

    sentence = _("Not done: this tip is open.")


class ContentIsSealed(CannotDecide):
    """Found out of scope, or taken back: its words are gone and nothing can be decided on them."""

    sentence = _("Not done: the words of this tip are sealed.")


class PeriodOver(ContentIsSealed):
    """Its words are destroyed: nothing is left to decide on."""

    sentence = _("Not done: the period of this tip is over and its words are deleted.")


class CopyAskedForAlready(CannotDecide, errors.AlreadyDone):
    """Its copy is being made, or is there; or there will never be one."""

    sentence = _("Not done: the copy was asked for already.")


class ForNamedAlready(CannotDecide, errors.AlreadyDone):
    """It is a matter for named officers already."""

    sentence = _("Not done: this tip is for named officers already.")


class NotForNamed(CannotDecide, errors.AlreadyDone):
    """The whole desk reads it already."""

    sentence = _("Not done: the whole desk reads this tip already.")


class NotNamedForIt(CannotDecide):
    """Whoever broke in reads it for an hour, and opens it to nobody else."""

    sentence = _("Not done: only who is named for such matters opens it to the whole desk.")


class ReadsItAnyway(CannotDecide, errors.AlreadyDone):
    """Nothing has to be broken: this officer reads the tip."""

    sentence = _("Not done: you read this tip already.")


class NoWorkHere(CannotDecide):
    """Nobody is taken out of a tip who would not see it."""

    sentence = _("Not done: this officer does not see this tip.")


class HeldAlready(CannotDecide, errors.AlreadyDone):
    """Somebody has asked for the same already."""

    sentence = _("Not done: that was asked for already.")


class NotHeld(CannotDecide, errors.AlreadyDone):
    """There is no such hold any more, or nothing of it to decide."""

    sentence = _("Not done: this was decided meanwhile, or nobody decided in time.")


class NotTheSecond(CannotDecide):
    """Who asked, or who made the account of who asked, is no second person."""

    sentence = _("Not done: a second officer decides, not who asked nor who made their account.")


class AlreadyTaken(CannotDecide, errors.AlreadyDone):
    """Another officer has taken the tip on."""

    def __init__(self, holder: Officer) -> None:
        super().__init__(str(holder))
        self.holder = holder
        self.sentence = gettext("%(who)s has taken this tip on already.") % {"who": holder}


class ChangedMeanwhile(CannotDecide, errors.ChangedMeanwhile):
    """Something was decided, written or noted after this officer's page was made.

    `latest` is the last decision, if it was one.
    """

    def __init__(self, latest: Decision | None = None) -> None:
        super().__init__(str(latest.pk) if latest else "")
        self.latest = latest
        self.sentence = _changed_by(latest)


class NoSuchTip(CannotDecide):
    """No open tip that this officer may see has this number."""

    sentence = _("No open tip of yours has this number.")


class SameTip(CannotDecide):
    """A tip is no duplicate of itself."""

    sentence = _("Not done: a tip is no duplicate of itself.")


class CriticalBehindCalm(CannotDecide):
    """Critical, it would stand behind a calmer tip, where nobody sees it in time."""

    sentence = _(
        "Not done: this tip is more urgent than the one it would stand behind. Join that one to "
        "this one instead."
    )


class NotInAnIncident(CannotDecide):
    """There is nothing to take the tip out of."""

    sentence = _("Not done: this tip stands alone already.")


class NoReason(CannotDecide):
    """This decision needs a reason in words."""

    sentence = _("Not done: say why in a few words.")


class NoOutcome(CannotDecide):
    """A tip is closed with an outcome, so that the reporter can be told one."""

    sentence = _("Not done: say first what came of it.")


class NoText(CannotDecide):
    """There is nothing to send."""

    sentence = _("Not done: there was nothing to send.")


class CannotGoThere(CannotDecide):
    """The unit is outside the tree, is the present one, or may not know of the tip."""

    sentence = _("Not done: the tip cannot go to that unit.")


class NoUnitAbove(CannotDecide):
    """The matter would have to go to a unit above, and there is none here."""

    sentence = _("Not done: there is no unit above the one it is about.")


class NamesAPerson(CannotDecide):
    """A search for a person is asked for and recorded each time, and never kept."""


class TooManyChosen(CannotDecide):
    """More than anybody looks through."""


class DeadlineFirst(CannotDecide):
    """A critical tip, or one whose deadline is near, is not put off."""

    sentence = _("Not done: its deadline comes first.")


class AlreadySuspended(CannotDecide, errors.AlreadyDone):
    """The tip was suspended before this decision arrived."""

    sentence = _("Not done: this tip was suspended already.")


class NotSuspended(CannotDecide):
    """Only a suspended tip is taken up again."""

    sentence = _("Not done: this tip is not suspended.")


class NothingChosen(CannotDecide):
    """Too few tips were chosen, or none of them can be decided on any more."""

    sentence = _("Not done: choose the tips first, at least two to join them.")


class AllTipsRing(CannotDecide):
    """Each of the chosen tips calls people, and what rings is never decided among many."""

    sentence = _("Not done: each tip that rings is taken by itself, by somebody who reads it.")


class TooLate(CannotDecide, errors.TooLate):
    """The moment in which this could be taken back is over, or it has already left."""

    sentence = _("Too late to take it back.")


class OpenedElsewhere(TooLate):
    """The desk to which it went has opened it: what it wrote there is not brought along."""

    sentence = _(
        "Not taken back: the desk that it went to has opened it already. Ask them to pass it back."
    )


class IncidentChanged(CannotDecide, errors.ChangedMeanwhile):
    """The incident that the tip would return to is not as the decision left it."""

    sentence = _("Not taken back: the incident of this tip has changed since. Look at it first.")


class DangerUnheard(CannotDecide):
    """A reporter has told of danger, and nobody has taken that report since."""

    sentence = _(
        "Not closed: somebody who reported this has told of danger just now. Take that report "
        "first."
    )


class NobodyAnswered(CannotDecide):
    """Each open tip of the incident has a message of its reporter that nobody has answered."""

    sentence = _(
        "Not closed: each reporter of this incident wrote again, and nobody has answered. Answer "
        "first, or end each tip by itself."
    )


class NothingToAnswer(CannotDecide):
    """None of the incident's tips is open and wants an answer."""

    sentence = _("Not done: no reporter of this incident can be answered.")


def error_sentence(error: CannotDecide | NoKey) -> str:
    """Why nothing was done, for the page of the officer who asked for it."""
    if isinstance(error, NoKey):
        return gettext(
            "Not done: there is no key to seal with. Tell the operator: keng vault init."
        )
    return str(error.sentence)


def _changed_by(latest: Decision | None) -> str:
    if latest is None:
        return gettext("Not done yet: something was written meanwhile. Read it, then go on.")
    return gettext(
        "Not done: %(who)s decided on this tip at %(at)s. Look at it again, then decide."
    ) % {"who": latest.by, "at": moment_words(latest.at, "clock")}
