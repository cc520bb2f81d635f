"""What can stand in the way of taking earlier records in."""

from django.utils.translation import gettext_lazy as _

from keng.acts import errors


class SheetWaits(errors.AlreadyDone):
    """The same file was handed in already and waits."""

    sentence = _("Not done: this sheet waits already to be agreed to or taken in.")


class NothingToTakeIn(errors.Incomplete):
    """No row of the sheet can come in."""

    sentence = _("Not done: no row of this sheet can come in.")


class ImportDecided(errors.AlreadyDone):
    """Somebody else decided, or its time was over."""

    sentence = _("Not done: this sheet was decided on meanwhile, or its time was over.")


class ProposedItself(errors.Refused):
    """Who proposed it, or who made the account of who did, is no second person."""

    sentence = _("Not done: somebody else agrees, not who proposed it nor who made their account.")
