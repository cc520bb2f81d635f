"""What can stand in the way of a decision, each with a name that says it."""

from keng.accounts.models import Officer
from keng.tips.models import Decision
from keng.vault.seal import NoKey

# The areas above may not know the vault, and still have to say that something could not be sealed.
CannotSeal = NoKey


class CannotDecide(Exception):
    """The decision was not taken; nothing was changed."""


class NotYours(CannotDecide):
    """No such tip, or not one this officer may know of: the same answer."""


class AlreadyClosed(CannotDecide):
    """The tip was closed before this decision arrived."""


class ReceivedBefore(CannotDecide):
    """What is sent once more was taken in, and nothing leads from it to its tip any more."""


class NotClosed(CannotDecide):
    """Only a closed tip can be reopened."""


class ContentIsSealed(CannotDecide):
    """Found out of scope, or taken back: its words are gone and nothing can be decided on them."""


class AlreadyTaken(CannotDecide):
    """Another officer has taken the tip on."""

    def __init__(self, holder: Officer) -> None:
        super().__init__(str(holder))
        self.holder = holder


class ChangedMeanwhile(CannotDecide):
    """Something was decided, written or noted after this officer's page was made.

    `latest` is the last decision, if it was one.
    """

    def __init__(self, latest: Decision | None = None) -> None:
        super().__init__(str(latest.pk) if latest else "")
        self.latest = latest


class NoSuchTip(CannotDecide):
    """No open tip that this officer may see has this number."""


class SameTip(CannotDecide):
    """A tip is no duplicate of itself."""


class NotInAnIncident(CannotDecide):
    """There is nothing to take the tip out of."""


class NoReason(CannotDecide):
    """This decision needs a reason in words."""


class NoOutcome(CannotDecide):
    """A tip is closed with an outcome, so that the reporter can be told one."""


class NoText(CannotDecide):
    """There is nothing to send."""


class CannotGoThere(CannotDecide):
    """The unit is outside the tree, is the present one, or may not know of the tip."""


class NoUnitAbove(CannotDecide):
    """The matter would have to go to a unit above, and there is none here."""


class NamesAPerson(CannotDecide):
    """A search for a person is asked for and recorded each time, and never kept."""


class TooMany(CannotDecide):
    """More than anybody looks through."""


class DeadlineFirst(CannotDecide):
    """A critical tip, or one whose deadline is near, is not put off."""


class AlreadySuspended(CannotDecide):
    """The tip was suspended before this decision arrived."""


class NotSuspended(CannotDecide):
    """Only a suspended tip is taken up again."""


class NothingChosen(CannotDecide):
    """Too few tips were chosen, or none of them can be decided on any more."""


class TooLate(CannotDecide):
    """The moment in which this could be taken back is over, or it has already left."""


class OpenedElsewhere(TooLate):
    """The desk to which it went has opened it: what it wrote there is not brought along."""


class IncidentChanged(CannotDecide):
    """The incident that the tip would return to is not as the decision left it."""


class DangerUnheard(CannotDecide):
    """A reporter has told of danger, and nobody has taken that report since."""


class NothingToAnswer(CannotDecide):
    """None of the incident's tips is open and wants an answer."""
