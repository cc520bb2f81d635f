"""The plans of what is asked most are those that were looked at (`keng_dev.bench.scale.plans`)."""

import difflib
import os

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from keng.kit import times
from keng.runtime.tests.rights import give_rights
from keng_dev.bench.desk import session_key_of
from keng_dev.bench.scale import filling, plans


@pytest.fixture
def filled(db):
    """An installation that has worked for years, with exact statistics; taken back at the end."""
    give_rights()
    base = filling.people_and_places(times.now())
    with connection.cursor() as cursor:
        # Nothing of it was decided or approved by anybody, so no trigger is to look at it.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for _step in filling.fill(cursor, base, plans.TIPS_OF_PLANS):
            pass
        cursor.execute("SET LOCAL session_replication_role = origin")
        filling.analyse(cursor.execute)
        for name, value in plans.PLANNED_WITH.items():
            cursor.execute(f"SET LOCAL {name} = {value}")
    return base


# Among thousands of other tests the plans hang on what those left in the shared tables.
@pytest.mark.skipif(
    not {"PLANS", "PLANS_ANEW"} & os.environ.keys(),
    reason="plans are compared alone: PLANS=1 pytest dev/src/keng_dev/bench/tests/test_plans.py",
)
def test_what_is_hot_is_answered_as_it_was_looked_at(filled):
    sessions = {
        id(officer): SessionStore(session_key_of(officer)) for officer in filled.officers.values()
    }
    found = plans.hot_plans(filled, sessions)
    if os.environ.get("PLANS_ANEW"):
        plans.PLANS_FILE.write_text(plans.plans_as_text(found), encoding="utf-8")
    kept = plans.read_plans(plans.PLANS_FILE.read_text(encoding="utf-8"))
    assert len(found) >= 20
    changed = list(
        difflib.unified_diff(
            plans.plans_as_text(kept).splitlines(),
            plans.plans_as_text(found).splitlines(),
            "kept",
            "now",
            n=6,
        )
    )
    assert not changed, "\n".join(["", *changed])
