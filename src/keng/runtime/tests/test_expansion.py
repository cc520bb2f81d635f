"""A new version adds beside the release before; what takes away waits until nothing older runs."""

import psycopg
import pytest
from django.db import connection

import keng
from keng.cli.checks import database as checks
from keng.cli.checks.check import CheckedPlace, FindingLevel
from keng.kit.database import dsn, role, session_name, version_of_session
from keng.runtime import migrate, version_of_data
from keng.runtime.errors import CannotContinue
from keng.runtime.roles import apply_grants, ensure_owner, ensure_roles
from keng.runtime.row_security import (
    apply_row_policies,
    row_policy_faults,
    tables_without_policies,
)
from keng.runtime.supervisor.ports import Ports
from keng.runtime.upgrade_state import (
    UpgradeState,
    may_expand,
    older_processes,
    release_before,
    upgrade_state,
    write_upgrade_state,
)
from keng.site.row_policies import POLICIES
from keng.site.row_policy import RowPolicy

OLD = release_before().version
WAITING = UpgradeState(OLD, keng.VERSION)


@pytest.fixture
def owner(cluster, monkeypatch):
    """A cluster with its roles, and a table as the release before left it."""
    monkeypatch.setenv("KENG_DATA", str(cluster.data))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    cluster.start()
    ensure_owner(cluster)
    ensure_roles(dsn("owner"))
    with psycopg.connect(dsn("owner"), autocommit=True) as owner:
        owner.execute("CREATE TABLE tip (id int); CREATE TABLE other (id int)")
        yield owner


def test_rights_are_added_first_and_taken_back_by_the_contract(owner):
    apply_grants(owner, {"keng_desk": {"tip": "SELECT, INSERT"}})
    newer = {"keng_desk": {"tip": "SELECT", "other": "SELECT"}}
    apply_grants(owner, newer, expands=True)
    with psycopg.connect(dsn("desk"), autocommit=True) as desk:
        # The release before still adds, and the new version already reads.
        desk.execute("INSERT INTO tip VALUES (1)")
        assert desk.execute("SELECT FROM other").fetchall() == []
        apply_grants(owner, newer)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            desk.execute("INSERT INTO tip VALUES (2)")


def test_policies_are_put_beside_those_of_before_and_take_their_place_by_the_contract(
    owner, monkeypatch
):
    older, newer = (
        [RowPolicy("tip", "desk_adds", "INSERT", ("keng_desk",), check=f"id = {number}")]
        for number in (1, 2)
    )
    apply_row_policies(owner, older, [])
    apply_grants(owner, {"keng_desk": {"tip": "SELECT, INSERT"}})
    with psycopg.connect(dsn("desk"), autocommit=True) as desk:
        for _again in range(2):
            apply_row_policies(owner, newer, [], expands=True)
            desk.execute("INSERT INTO tip VALUES (1)")
            desk.execute("INSERT INTO tip VALUES (2)")
            assert row_policy_faults(owner, newer, expands=True) == []
        assert row_policy_faults(owner, newer) != []
        # Back, and forward again.
        apply_row_policies(owner, older, [], expands=True)
        apply_row_policies(owner, newer, [], expands=True)
        desk.execute("INSERT INTO tip VALUES (1)")
        desk.execute("INSERT INTO tip VALUES (2)")
        apply_row_policies(owner, newer, [])
        desk.execute("INSERT INTO tip VALUES (2)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            desk.execute("INSERT INTO tip VALUES (1)")


def test_a_table_that_was_everybodys_stays_so_until_the_contract(owner):
    secured = [RowPolicy("tip", "desk_adds", "INSERT", ("keng_desk",), check="id = 2")]
    unsecured = tables_without_policies(owner, secured)
    assert unsecured == ["tip"]
    apply_row_policies(owner, secured, [], expands=True, unsecured=unsecured)
    apply_grants(owner, {"keng_desk": {"tip": "SELECT, INSERT"}})
    with psycopg.connect(dsn("desk"), autocommit=True) as desk:
        desk.execute("INSERT INTO tip VALUES (1)")
        apply_row_policies(owner, secured, [])
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            desk.execute("INSERT INTO tip VALUES (1)")


def test_whoever_says_no_version_or_an_older_one_is_older(owner):
    assert older_processes(owner) == []
    with psycopg.connect(dsn("edge"), application_name="keng edge lane 1"):
        assert older_processes(owner) == [f"{role('edge')} of {OLD} or before"]
    with psycopg.connect(dsn("desk"), application_name="keng 0.0.9 desk"):
        assert older_processes(owner) == [f"{role('desk')} of 0.0.9"]
    with psycopg.connect(dsn("desk")), psycopg.connect(dsn("owner")):
        assert older_processes(owner) == []
    assert version_of_session(session_name("edge lane 3")) == keng.VERSION


@pytest.mark.django_db
class TestState:
    """What the database says of itself."""

    @pytest.fixture
    def here(self):
        connection.ensure_connection()
        connection.connection.execute("COMMENT ON TABLE django_migrations IS NULL")
        return connection.connection

    def test_the_release_is_known_by_its_migrations_and_what_is_older_is_not(self, here):
        assert upgrade_state(here) == UpgradeState(OLD, OLD)
        assert may_expand(upgrade_state(here))
        here.execute(
            "DELETE FROM django_migrations WHERE app = 'tips' AND name = %s",
            [release_before().migrations["tips"]],
        )
        assert upgrade_state(here) is None

    def test_what_was_narrowed_for_another_one_is_not_widened(self, here):
        assert not may_expand(UpgradeState("0.1.0", "0.1.0"))

    def test_a_widened_database_lets_the_release_work_and_a_contracted_one_does_not(
        self, here, monkeypatch
    ):
        here.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('tips', '9999_x', now())"
        )
        monkeypatch.setattr(keng, "VERSION", OLD)
        for state, works in (
            (UpgradeState(OLD, "99.0.0"), True),
            (UpgradeState("0.1.0", "99.0.0"), True),
            (UpgradeState("99.0.0", "99.0.0"), False),
            (UpgradeState("99.0.0", "99.1.0"), False),
        ):
            write_upgrade_state(here, state)
            assert version_of_data.is_expanded_by_next(here) is works
            if works:
                version_of_data.require_not_newer(here, is_demo=False)
            else:
                with pytest.raises(CannotContinue, match="newer than this code"):
                    version_of_data.require_not_newer(here, is_demo=False)

    def test_the_doctor_says_that_the_last_step_waits(self, here, monkeypatch):
        monkeypatch.setattr(checks, "upgrade_state", lambda _: WAITING)
        found = checks.migrations(CheckedPlace(Ports()))
        assert found.level == FindingLevel.ATTENTION
        assert "keng migrate --contract" in found.text

    def test_nothing_is_taken_away_while_something_older_runs(self, here, monkeypatch):
        monkeypatch.setattr(migrate, "older_processes", lambda _: ["keng_edge of 0.2.0"])
        monkeypatch.setattr(migrate, "_change_tables", lambda **_: pytest.fail("changed"))
        with pytest.raises(CannotContinue, match=r"keng_edge of 0\.2\.0"):
            migrate._contract(here, WAITING)


def test_no_policy_has_a_name_that_an_older_one_is_given():
    assert not [each.name for each in POLICIES if "_before_" in each.name]
