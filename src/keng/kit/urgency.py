"""How soon somebody must look, and whether it goes on: what both a text and a tip may be."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Urgency(models.TextChoices):
    """Decided by a person, suggested by the machine; the graver level is the lesser one."""

    P0 = "P0", _("Critical")
    P1 = "P1", _("High")
    P2 = "P2", _("Normal")
    P3 = "P3", _("Low")


# What is looked at within the hour, or now.
URGENT_LEVELS = (Urgency.P0, Urgency.P1)


class Happening(models.TextChoices):
    """What the reporter answers to "Is it still happening?"."""

    NOW = "now", _("Yes, right now")
    OVER = "over", _("It is over")
    UNSURE = "unsure", _("Not sure")
