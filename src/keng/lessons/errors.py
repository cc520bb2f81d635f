"""What can stand in the way of a decision about a text of this area."""

from django.utils.translation import gettext_lazy as _

from keng.acts import errors


class NextEditionWritten(errors.ChangedMeanwhile):
    """Somebody else wrote the next edition at the same moment."""

    sentence = _("Somebody else wrote the next edition just now.")


class OutOfPurpose(errors.Refused, ValueError):
    """The partner was not invited for this purpose."""

    sentence = _("Not done: the partner was not invited for this purpose.")
