"""Indicators: a phone number, account, link or plate used in an offence. Never a person."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from keng.kit.ids import coarse_id
from keng.kit.models import Row


class Indicator(Row):
    """A normalised value. It says nothing by itself; sightings in tips carry the role.

    Nor does it tell when it came: its first report came just before. It goes with the last row that
    names it (keng.lookup.actions.indicators).
    """

    id = models.UUIDField(primary_key=True, default=coarse_id, editable=False)

    class Type(models.TextChoices):
        PHONE = "phone", _("Phone number")
        BANK_ACCOUNT = "bank_account", _("Bank account")
        URL = "url", _("Link")
        PLATE = "plate", _("Number plate")

    type = models.CharField(max_length=14, choices=Type)
    value = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["type", "value"], name="indicator_exists_once"),
        ]

    def __str__(self) -> str:
        return self.value
