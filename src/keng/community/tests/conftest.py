"""What the tests of the public side share."""

import pytest
from django.db import connection

from keng.cli.roles import apply_grants
from keng.community import queries, rush
from keng.community.lookup import looking, objecting
from keng.community.public import questions
from keng.community.tests.resident import Resident, Stage
from keng.site.grants import GRANTS
from keng.tips.public import throttle


@pytest.fixture(autouse=True)
def _fresh(tmp_path, monkeypatch):
    """A data folder of its own, and nothing remembered from another test."""
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    queries.forget()
    rush.forget()
    throttle.forget()
    looking.asking.forget()
    objecting.objecting.forget()
    objecting._wrong.forget()
    questions.asking.forget()


@pytest.fixture
def stage(db):
    return Stage()


@pytest.fixture
def resident(public_client):
    return Resident(public_client)


@pytest.fixture
def become(db):
    """Work as a process: with its role until the transaction ends."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor, include_views=True))
    ours = {role: {t: r for t, r in all_.items() if t in there} for role, all_ in GRANTS.items()}
    apply_grants(connection.connection, ours)

    def switch(process):
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
            cursor.execute(f"GRANT keng_{process} TO CURRENT_USER")
            cursor.execute(f"SET LOCAL ROLE keng_{process}")

    return switch
