"""What can stand in the way of letting something out."""

from django.utils.translation import gettext_lazy as _

from keng.acts.errors import AlreadyDone, ChangedMeanwhile, Refused


class NothingWaits(AlreadyDone):
    """It was let out, given back or ended meanwhile, or was never handed in."""

    sentence = _("Somebody else has decided it meanwhile: nothing waits here.")


class HandInIt(Refused):
    """Whoever saved or handed in any of it does not let it out, nor who is tied to one of them."""

    sentence = _("You had a hand in this: somebody else decides.")


class TextChanged(ChangedMeanwhile):
    """It is no longer what the second person read."""

    sentence = _("Nothing went out: it changed while you were reading. Read it again.")
