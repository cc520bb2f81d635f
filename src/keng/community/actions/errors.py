"""What can stand in the way of what a desk says to everybody."""

from django.utils.translation import gettext_lazy as _

from keng.acts.errors import AlreadyDone


class AlreadyDecided(AlreadyDone):
    """A colleague was faster, or its time is over."""

    sentence = _("Somebody else decided it meanwhile.")
