"""Why a file has no copy that an officer can look at."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NoCopy(models.TextChoices):
    """Empty where there is a copy."""

    WAITING = "waiting", _("the copy to view is being prepared")
    TOO_LARGE = "too_large", _("the file is too large to be opened safely")
    BROKEN = "broken", _("the file is damaged or did not come whole")
    UNKNOWN = "unknown", _("this kind of file cannot be shown here")
    LOCKED = "locked", _("the document opens only with a password")
    LATE = "late", _("the copy could not be prepared in time")
    ON_REQUEST = "on_request", _("made when an officer who reads such matters asks for it")
    INFECTED = "infected", _("the scanner found something harmful in it")
    QUARANTINED = "quarantine", _("in quarantine: nobody looks at it here")
