"""Officers who hold shares, as their browsers would."""

from cryptography.hazmat.primitives.asymmetric import ec

from keng.vault import epochs, share_seals
from keng.vault.models import HolderKey, KeyClass, KeyShare, UnitKey
from keng.vault.opener_client import share_info
from tests import make

PASSPHRASE = "words-for-a-test"


class Holder:
    """An officer with a key in their browser."""

    def __init__(self, unit, role="duty"):
        self.officer = make.officer(unit=unit, role=role)
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.key = HolderKey.objects.create(
            officer_ref=self.officer.pk, public_key=share_seals.point_of(self.private)
        )

    def share_of(self, key):
        """The words of this holder's share."""
        row = KeyShare.objects.get(unit_key=key, holder_key=self.key)
        wrap_key = epochs.wrap_key_file(key.pk).read_bytes()
        sealed = share_seals.unwrap_share(bytes(row.sealed), wrap_key, key.pk, self.key.pk)
        info = share_info(key.pk, self.key.pk)
        return share_seals.open_as_point(sealed, self.private, info).decode()


def make_holders(unit, count):
    """So many people of the unit with keys, and a share of each of its keys."""
    made = [Holder(unit) for _ in range(count)]
    begin_all()
    return made


def begin_all():
    """What the worker does, until nothing is due; how many keys were begun."""
    return sum(iter(epochs.begin_due_epochs, 0))


def current(unit, key_class=KeyClass.ORDINARY):
    return UnitKey.objects.get(unit=unit, key_class=key_class, retired_at=None)
