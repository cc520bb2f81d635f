"""What the tests of the public side share."""

import pytest

from keng.community import busy_notice, queries
from keng.community.tests.resident import Resident, Stage


@pytest.fixture(autouse=True)
def _fresh(tmp_path, monkeypatch):
    """A data folder of its own, and nothing remembered from another test."""
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    queries._kept_accounts.clear()
    busy_notice._kept_answer.clear()


@pytest.fixture
def stage(db):
    return Stage()


@pytest.fixture
def resident(public_client):
    return Resident(public_client)
