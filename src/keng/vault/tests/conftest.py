"""Keys of each test alone, and a unit that has some."""

import pytest

from keng.vault import keys, seal
from keng.vault.tests.key_holders import PASSPHRASE
from tests import make


@pytest.fixture(autouse=True)
def own_keys(tmp_path, monkeypatch):
    """A data folder of this test alone, and no key of another one."""
    monkeypatch.setenv("KENG_DATA", str(tmp_path / "data"))
    seal.forget_public_keys()
    yield
    seal.forget_public_keys()


@pytest.fixture
def unit(db):
    made = make.unit()
    keys.make_unit_keys(PASSPHRASE)
    return made
