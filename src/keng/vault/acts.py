"""What the operator does with keys, and how it stands on record."""

from django.utils.translation import gettext_lazy as _

from keng.acts.act import name_records

name_records(
    {
        "keys.epoch_begun": _("Began a new key for names and files, split among its holders"),
        "keys.epoch_destroyed": _("Destroyed a key: nothing opens what was sealed to it"),
        "keys.resharing_due": _("Asked two holders to split keys anew, since one of them left"),
        "keys.hold_key_made": _("Made a key for what is on legal hold under an older key"),
        "keys.resealing_due": _(
            "Asked two holders to reseal what is on legal hold, since all else of its key is gone"
        ),
        "keys.held_resealed": _("Resealed, unseen, something that is on legal hold"),
        "keys.epoch_split_anew": _("Split a key anew among those who hold it now"),
        "keys.custodians_divided": _(
            "Divided the custodians' key: several of them are needed to open with it"
        ),
        "keys.accepted": _("Took other keys for this database; what the old ones opened is lost"),
    }
)
