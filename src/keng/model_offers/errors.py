"""Why a model was not offered or taken over, each with the sentence that its officer reads."""

from django.utils.translation import gettext_lazy as _

from keng.acts.errors import AlreadyDone, Incomplete, Refused


class OfferIsOver(Refused):
    """Withdrawn, or what it was made of has ended, or it is of one's own desk."""

    sentence = _("This is not offered to you any more.")


class TakenOverBefore(AlreadyDone):
    """Each desk takes a model over once."""

    sentence = _("Your desk took this over already.")


class NoShiftToOffer(Incomplete):
    """The rota of the coming week is empty."""

    sentence = _("No shift of your rota begins in the next seven days: nothing to offer.")


class HoursWithNobody(Incomplete):
    """At some hour nobody is on duty on any day: others would read when."""

    sentence = _("Your rota has hours with nobody on duty. It would tell other desks which.")


class NobodyChosen(Incomplete):
    """A copied rota without anybody on it."""

    sentence = _("Choose at least one officer.")
