"""Indicators: a phone number, account, link or plate used in an offence. Never a person."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from keng.kit.models import Row


class Indicator(Row):
    """A normalised value. It says nothing by itself; sightings in tips carry the role."""

    class Type(models.TextChoices):
        PHONE = "phone", _("Phone number")
        BANK_ACCOUNT = "bank_account", _("Bank account")
        URL = "url", _("Link")
        PLATE = "plate", _("Number plate")

    type = models.CharField(max_length=14, choices=Type)
    value = models.CharField(max_length=300)
    first_seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["type", "value"], name="indicator_exists_once"),
        ]

    def __str__(self) -> str:
        return self.value
