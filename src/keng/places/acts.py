"""What the operator does with units and places, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.acts.act import name_records

name_records(
    {
        "unit.added": _("Made a unit"),
        "landmark.imported": _("Imported a list of parks, stations and other well-known names"),
    }
)
