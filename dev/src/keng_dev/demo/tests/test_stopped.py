"""Stopped in the middle of loading: nothing stays, and the next start begins anew."""

import pytest

from keng.audit.models import Chain, Entry
from keng.places.models import Place, Unit
from keng.tips.models import Tip
from keng.vault import keys, seal
from keng_dev.demo.load import load_if_empty
from keng_dev.demo.province.volumes import part
from keng_dev.demo.vault import Vault
from tests import make

pytestmark = pytest.mark.django_db
VAULT = Vault(keys.make_first_keys, seal.SealBatch)


class Stopped(BaseException):
    """As Ctrl-C or a kill ends it."""


def test_what_was_stopped_in_the_middle_leaves_nothing_and_can_begin_again(monkeypatch, tmp_path):
    # Its key file is its own: tests of another process remove theirs from the folder of the run.
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    make.clock_rules()
    seal.forget_public_keys()

    def stop_late(what, share):
        if what == "a year of warnings":
            assert Tip.objects.exists()
            raise Stopped

    with pytest.raises(Stopped):
        load_if_empty(VAULT, part(200), stop_late)
    for model in (Unit, Place, Tip, Chain, Entry):
        assert not model.objects.exists()
    # The key file of the first try lies there still, under a passphrase that nobody was told.
    assert keys.operator_file().exists()
    seal.forget_public_keys()
    loaded = load_if_empty(VAULT)
    assert loaded is not None
    opened = keys.unlock_unit_keys(keys.operator_file(), loaded.passphrase)
    assert set(opened) == set(Unit.objects.values_list("pk", flat=True))
    seal.forget_public_keys()
