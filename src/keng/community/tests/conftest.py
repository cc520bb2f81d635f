"""What the tests of the public side share."""

import pytest

from keng.community.tests.resident import Resident, Stage


@pytest.fixture(autouse=True)
def _fresh(tmp_path, monkeypatch):
    """A data folder of its own, whatever the test before it wrote."""
    monkeypatch.setenv("KENG_DATA", str(tmp_path))


@pytest.fixture
def stage(db):
    return Stage()


@pytest.fixture
def resident(public_client):
    return Resident(public_client)
