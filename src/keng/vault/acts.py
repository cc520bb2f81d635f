"""What the operator does with keys, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.acts.act import name_records

name_records(
    {
        "keys.accepted": _("Took other keys for this database; what the old ones opened is lost"),
    }
)
