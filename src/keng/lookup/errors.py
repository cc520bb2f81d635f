"""What can stand in the way of a listing or a dispute, each with a name that says it."""

from django.utils.translation import gettext_lazy as _

from keng.acts.errors import Incomplete, Refused


class CannotList(Refused):
    """Nothing was changed."""


class NeverPublic(CannotList):
    """A plate, somebody's page or a short link: for the desk only."""

    sentence = _("Plates, personal pages and short links are for the desk only.")


class OnlyWhenConfirmed(CannotList):
    """An account that was not verified: a mistake would cost its holder too much."""

    sentence = _("An account is made public only when confirmed.")


class TooFewReporters(CannotList):
    """Fewer different people reported it than it takes."""

    sentence = _(
        "“Reported” takes three different reporters, and there are fewer. Tips that were taken down"
        " by somebody who proposes or checks the entry do not count."
    )


class AlreadyListed(CannotList):
    """It is listed in this grade, or waits for a second person."""

    sentence = _("It is in the list already, or waits for a second person.")


class MayDoHarm(CannotList):
    """It would warn a suspect or expose a reporter: not listed."""

    sentence = _("Then it stays inside. Refuse it with the reason.")


class DisputeOpen(CannotList):
    """An objection to the same number is open: first that is answered."""

    sentence = _(
        "Somebody objects to this number. It can be made public once the objection is answered."
    )


class NoReason(CannotList, Incomplete):
    """This decision needs a reason in words."""

    sentence = _("Give the reason in words")


class NotListed(CannotList):
    """There is no such entry, or no longer: nothing to object to."""


class ListedByAnother(CannotList):
    """Another desk's entry stands under the number, for which this officer may not decide."""

    def __init__(self, unit: str) -> None:
        super().__init__(unit)
        self.unit = unit
        self.sentence = _(
            "%(unit)s has an entry under this number. Yours takes its place only through somebody "
            "who may decide for both desks: a commander, coordinator or officer on duty at the "
            "province."
        ) % {"unit": unit}
