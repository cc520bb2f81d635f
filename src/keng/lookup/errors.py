"""What can stand in the way of a listing or a dispute, each with a name that says it."""


class CannotList(Exception):
    """Nothing was changed."""


class NotYours(CannotList):
    """No such listing, or not one this officer may decide on: the same answer."""


class NeverPublic(CannotList):
    """A plate, somebody's page or a short link: for the desk only."""


class OnlyWhenConfirmed(CannotList):
    """An account that was not verified: a mistake would cost its holder too much."""


class TooFewReporters(CannotList):
    """Fewer different people reported it than it takes."""


class AlreadyListed(CannotList):
    """It is listed in this grade, or waits for a second person."""


class SamePerson(CannotList):
    """Who proposed a listing is not its second person, nor decides about it."""


class MayDoHarm(CannotList):
    """It would warn a suspect or expose a reporter: not listed."""


class DisputeOpen(CannotList):
    """An objection to the same number is open: first that is answered."""


class AlreadyDecided(CannotList):
    """Somebody was faster."""


class NoReason(CannotList):
    """This decision needs a reason in words."""


class NotListed(CannotList):
    """There is no such entry, or no longer: nothing to object to."""


class ListedByAnother(CannotList):
    """Another desk's entry stands under the number, for which this officer may not decide."""

    def __init__(self, unit: str) -> None:
        super().__init__(unit)
        self.unit = unit
