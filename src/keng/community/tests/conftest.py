"""What the tests of the public side share."""

import pytest

from keng.community import queries, rush
from keng.community.public import questions
from keng.community.tests.resident import Resident, Stage
from keng.dialogue.public import code_attempts
from keng.lookup_pages.public import dispute, search


@pytest.fixture(autouse=True)
def _fresh(tmp_path, monkeypatch):
    """A data folder of its own, and nothing remembered from another test."""
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    queries.forget()
    rush.forget()
    code_attempts.forget_wrong_codes()
    search.asking.forget()
    dispute.objecting.forget()
    dispute._wrong.forget()
    questions.asking.forget()


@pytest.fixture
def stage(db):
    return Stage()


@pytest.fixture
def resident(public_client):
    return Resident(public_client)
