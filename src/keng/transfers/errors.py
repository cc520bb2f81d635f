"""Why a tip was not transferred, or a file of another installation not taken in."""

from django.utils.translation import gettext_lazy as _

from keng.acts.errors import AlreadyDone, Refused, TooLate


class CannotTransfer(Refused):
    """This tip does not go to another installation."""

    sentence = _(
        "Not done: a tip that is about officers, or joined to an incident, does not go to another "
        "province this way. Make the hand-over file, or take it out of the incident first."
    )


class TransferAskedAlready(AlreadyDone):
    """Somebody has asked for it, or it is under way."""

    sentence = _("Not done: a transfer of this tip was asked for already.")


class TransferDecidedAlready(AlreadyDone):
    """Nothing is to be decided any more."""

    sentence = _("Not done: this transfer was decided on already.")


class NothingNewToSend(Refused):
    """The other side knows all of it."""

    sentence = _("There is nothing new for the other province.")


class NotWithUs(Refused):
    """It cannot be given back: it did not come from there, or is not here any more."""

    sentence = _("Not done: this tip is not here from another province any more.")


class NoTransferFile(Refused):
    """No file of ours, or of a form that this version does not read."""

    sentence = _("This is no file of a transfer. Choose the one that ends with .keng.")

    def __init__(self, *, is_of_other_form: bool = False) -> None:
        super().__init__()
        if is_of_other_form:
            self.sentence = _(
                "This version cannot read that file. Ask the operators to bring both "
                "installations to the same version; nothing was taken in."
            )


class NotForUs(Refused):
    """It does not open with our key, or the signature is not of who signs."""

    sentence = _(
        "This file is not for this installation, or was changed or cut short on its way. Ask the "
        "other province to send it again; nothing was taken in."
    )


class UnknownSender(Refused):
    """Signed by a key of which the operator has no card."""

    sentence = _(
        "This file is from an installation that is not known here. Ask the operator to add its "
        "card; nothing was taken in."
    )


class UnreadableContent(Refused):
    """Signed by a known installation, and something in it does not fit."""

    sentence = _(
        "Something in this file is not known here: one of the two installations needs a newer "
        "version. Nothing was taken in."
    )


class TooOld(TooLate):
    """Made too long ago, or in the future."""

    sentence = _(
        "The tip in this file was handed over more than 90 days ago, or a clock is wrong. "
        "Nothing was taken in; telephone the desk that made it."
    )


class FileMissing(Refused):
    """One before it was never taken in."""

    sentence = _(
        "A file that was made before this one is missing. Take that one in first; nothing was "
        "taken in."
    )


class NoSuchTransfer(Refused):
    """Of no transfer that this desk knows."""

    sentence = _("This file belongs to no tip of this desk. Nothing was taken in.")
