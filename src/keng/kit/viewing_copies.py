"""Why a picture has no copy that an officer can look at."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NoCopy(models.TextChoices):
    """Empty where there is a copy, and of a file of which none is made."""

    WAITING = "waiting", _("the copy to view is being prepared")
    TOO_LARGE = "too_large", _("the picture is too large to be opened safely")
    BROKEN = "broken", _("the picture is damaged or did not come whole")
    UNKNOWN = "unknown", _("this kind of picture cannot be shown here")
    LATE = "late", _("the copy could not be prepared in time")
