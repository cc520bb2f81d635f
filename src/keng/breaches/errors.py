"""What can stand in the way of a step of a breach."""

from django.utils.translation import gettext_lazy as _

from keng.acts import errors


class BreachClosed(errors.AlreadyDone):
    """It was closed meanwhile."""

    sentence = _("Not done: this incident is closed.")


class NotAssessed(errors.Incomplete):
    """Nobody said yet what was reached."""

    sentence = _("Not done: first say what was reached and rate the harm.")


class NotNotified(errors.Incomplete):
    """Neither notified, nor agreed by two that it need not be."""

    sentence = _("Not done: first notify the authority, or have a second person agree not to.")


class AlreadyNotified(errors.AlreadyDone):
    """The authority knows: there is nothing left to waive."""

    sentence = _("Not done: the authority was notified already.")


class WaiverDecided(errors.AlreadyDone):
    """Somebody else decided, or one waits already."""

    sentence = _("Not done: this was decided, or waits for a second person already.")


class WaivedItself(errors.Refused):
    """Who proposed it, or who made the account of who did, is no second person."""

    sentence = _("Not done: somebody else agrees, not who proposed it nor who made their account.")


class NoticeUnderWay(errors.AlreadyDone):
    """The worker still tells reporters."""

    sentence = _("Not done: reporters are being told at this moment.")


class NoReporterReached(errors.Incomplete):
    """Nothing of reports was reached, as it is assessed."""

    sentence = _("Not done: nothing of reports is among what was reached.")
