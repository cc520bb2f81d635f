"""What can stand in the way of a decision about a period."""

from django.utils.translation import gettext_lazy as _

from keng.acts import errors


class PeriodDecided(errors.AlreadyDone):
    """Somebody else decided, or stopped it."""

    sentence = _("Not done: this period was decided on or stopped meanwhile.")


class PeriodProposed(errors.AlreadyDone):
    """One for the same tips waits already."""

    sentence = _("Not done: a period for the same tips waits to be agreed to.")


class ProposedItself(errors.Refused):
    """Who proposed it, or who made the account of who did, is no second person."""

    sentence = _("Not done: somebody else agrees, not who proposed it nor who made their account.")
