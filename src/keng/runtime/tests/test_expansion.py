"""A new version adds beside the release before; what takes away waits until nothing older runs."""

import contextlib
import threading

import psycopg
import pytest
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import connection, migrations, models

import keng
from keng.cli.checks import database as checks
from keng.cli.checks.check import CheckedPlace, FindingLevel
from keng.kit.database import TIME_LIMITS, dsn, role, session_name, version_of_session
from keng.runtime import migrate, version_of_data
from keng.runtime.errors import CannotContinue
from keng.runtime.roles import apply_grants, ensure_owner, ensure_roles, grant_faults
from keng.runtime.row_security import (
    WAITS_FOR_A_TABLE,
    apply_row_policies,
    marks_of_policies,
    marks_of_policies_there,
    row_policy_faults,
    tables_without_policies,
)
from keng.runtime.supervisor.ports import Ports
from keng.runtime.tests.rights import give_rights
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
            marks = marks_of_policies(older) | marks_of_policies(newer)
            # Each sees its own, and those of the other.
            assert row_policy_faults(owner, newer, expands=True, marks=marks) == []
            assert row_policy_faults(owner, older, expands=True, marks=marks) == []
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


def test_while_a_change_waits_for_a_table_the_edge_still_writes_in_it(owner):
    """Whoever asks for a table is behind the change that waits for it."""
    policies = [RowPolicy("tip", "edge_adds", "INSERT", ("keng_edge",), check="true")]
    faults = []

    def change():
        with psycopg.connect(dsn("owner"), autocommit=True) as changing:
            try:
                apply_row_policies(changing, policies, [])
            except psycopg.errors.LockNotAvailable as error:
                faults.append(error)

    with psycopg.connect(dsn("owner")) as reading, psycopg.connect(dsn("owner")) as writing:
        writing.execute("SELECT set_config('lock_timeout', %s, false)", [edge_waits()])
        writing.commit()
        reading.execute("SELECT FROM tip")
        waiting = threading.Thread(target=change)
        waiting.start()
        while waiting.is_alive():
            writing.execute("INSERT INTO tip VALUES (1)")
            writing.commit()
        waiting.join()
        reading.rollback()
    # It gave up while the table was read, and is done where nobody reads.
    assert len(faults) == 1
    apply_row_policies(owner, policies, [])
    assert row_policy_faults(owner, policies) == []


def edge_waits():
    return TIME_LIMITS["edge"].settings()["lock_timeout"]


def test_a_policy_of_no_version_is_named_while_two_stand_beside_each_other(owner):
    older, newer = (
        [RowPolicy("tip", "desk_adds", "INSERT", ("keng_desk",), check=f"id = {number}")]
        for number in (1, 2)
    )
    apply_row_policies(owner, older, [])
    marks = marks_of_policies_there(owner)
    assert marks == marks_of_policies(older)
    apply_row_policies(owner, newer, [], expands=True)
    owner.execute("CREATE POLICY more ON tip USING (true)")
    said = ["tip has more, which is of no version"]
    assert row_policy_faults(owner, newer, expands=True, marks=marks) == said


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("REVOKE INSERT ON tip FROM keng_desk", ["keng_desk lacks INSERT on tip"]),
        ("REVOKE UPDATE (id) ON tip FROM keng_desk", ["keng_desk lacks UPDATE on tip"]),
        ("GRANT DELETE ON tip TO keng_desk", ["keng_desk has DELETE on tip"]),
        ("GRANT SELECT (id) ON other TO keng_desk", ["keng_desk has SELECT on other"]),
        ("SELECT", []),
    ],
)
def test_rights_are_compared(owner, statement, said):
    grants = {"keng_desk": {"tip": "SELECT, INSERT, UPDATE", "other": "INSERT (id)"}}
    apply_grants(owner, grants)
    owner.execute(statement)
    assert grant_faults(owner, grants) == said
    assert grant_faults(owner, grants, expands=True) == [each for each in said if "lacks" in each]


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
        give_rights()
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

    def test_a_release_whose_first_migration_was_cut_short_is_none(self, here):
        here.execute("ALTER TABLE tips_tip DISABLE ROW LEVEL SECURITY")
        assert upgrade_state(here) is None

    @pytest.mark.parametrize("before", [None, UpgradeState(OLD, OLD), WAITING])
    def test_a_contract_step_that_was_cut_short_is_gone_on_with(self, here, monkeypatch, before):
        monkeypatch.setattr(migrate, "older_processes", lambda _: [])
        monkeypatch.setattr(migrate, "_change_tables", lambda **_: None)
        for name in ("apply_grants", "apply_row_policies"):
            monkeypatch.setattr(migrate, name, lambda *_, **__: pytest.fail("cut short"))
        with pytest.raises(pytest.fail.Exception):
            migrate._contract(here, before)
        cut_short = upgrade_state(here)
        assert cut_short.is_contracting
        assert not cut_short.is_settled_here
        assert not may_expand(cut_short)
        assert not cut_short.lets_work(OLD)
        monkeypatch.setattr(checks, "upgrade_state", lambda _: cut_short)
        found = checks.migrations(CheckedPlace(Ports()))
        assert (found.level, "cut short" in found.text) == (FindingLevel.WRONG, True)
        for name in ("apply_grants", "apply_row_policies"):
            monkeypatch.setattr(migrate, name, lambda *_, **__: None)
        migrate._contract(here, cut_short)
        assert upgrade_state(here).is_settled_here

    @pytest.mark.parametrize(
        ("contracted", "works"), [(keng.VERSION, False), (OLD, True), ("0.0.1", None)]
    )
    def test_a_version_between_the_two_expands_for_itself(
        self, here, monkeypatch, contracted, works
    ):
        """What came out after the release, beside a newer version that was given up."""
        expanded = []
        monkeypatch.setattr(migrate, "_change_tables", lambda **said: expanded.append(said))
        monkeypatch.setattr(migrate, "apply_grants", lambda *_, **said: expanded.append(said))
        monkeypatch.setattr(migrate, "apply_row_policies", lambda *_, **said: expanded.append(said))
        state = UpgradeState(contracted, "99.0.0", policies=("of 99.0.0",))
        if works is None:
            with pytest.raises(CannotContinue, match=r"Start one of these two"):
                migrate._expand_beside_newer(here, state, contracts=False)
            return
        migrate._expand_beside_newer(here, state, contracts=False)
        assert bool(expanded) is works
        assert all(said["expands"] for said in expanded)
        if works:
            noted = upgrade_state(here)
            assert (noted.contracted, noted.expanded) == (contracted, "99.0.0")
            assert set(noted.policies) > marks_of_policies(POLICIES)
        with pytest.raises(CannotContinue, match="A newer version prepared"):
            migrate._expand_beside_newer(here, state, contracts=True)

    def test_the_doctor_names_what_is_open_to_all_and_rights_that_differ(self, here, monkeypatch):
        marks = tuple(marks_of_policies(POLICIES))
        monkeypatch.setattr(
            checks,
            "upgrade_state",
            lambda _: UpgradeState(OLD, keng.VERSION, ("tips_tip",), policies=marks),
        )
        found = checks.policies(CheckedPlace(Ports()))
        assert (found.level, "tips_tip" in found.text) == (FindingLevel.ATTENTION, True), found
        monkeypatch.setattr(checks, "grant_faults", lambda *_, **__: ["keng_desk lacks SELECT"])
        found = checks.policies(CheckedPlace(Ports()))
        assert (found.level, "keng_desk lacks" in found.text) == (FindingLevel.WRONG, True)

    def test_what_was_contracted_for_another_one_is_not_expanded(self, here):
        assert not may_expand(UpgradeState("0.1.0", "0.1.0"))

    def test_an_expanded_database_lets_the_release_work_and_a_contracted_one_does_not(
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


@pytest.mark.parametrize(
    ("line", "is_marked"),
    [("CONTRACT = True", True), ("CONTRACT = True  # why", True), ("# CONTRACT = True", False)],
)
def test_a_migration_that_contracts_says_so_in_one_line(tmp_path, line, is_marked):
    file = tmp_path / "0002_x.py"
    file.write_text(f"import os\n\n{line}\n")
    assert version_of_data.marks_contract(file) is is_marked


def test_an_index_beside_a_change_of_the_state_alone_is_looked_for_as_well():
    made = AddIndexConcurrently("tip", models.Index(fields=["word"], name="sample_word"))
    migration = migrations.Migration("pretended", "sample")
    migration.operations = [migrations.SeparateDatabaseAndState(database_operations=[made])]
    assert list(migrate._operations_of(migration)) == [made]
    migration.operations = [migrations.SeparateDatabaseAndState(state_operations=[made])]
    assert made not in list(migrate._operations_of(migration))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_new", [True, False])
def test_an_index_beside_writers_waits_longer_than_what_stops_a_table(is_new):
    """Nobody is behind it, and somebody is always at work in a large installation."""
    model, index = ContentType, models.Index(fields=["model"], name="sample_model")
    lasting = psycopg.connect(**connection.get_connection_params(), autocommit=False)
    with contextlib.closing(lasting), connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{WAITS_FOR_A_TABLE}'")
        if not is_new:
            with connection.schema_editor(atomic=False) as tables:
                tables.add_index(model, index, concurrently=True)
        lasting.execute(f"LOCK TABLE {model._meta.db_table} IN ROW EXCLUSIVE MODE")
        # Longer than what stops a table would wait.
        ends = threading.Timer(1, lasting.rollback)
        ends.start()
        with connection.schema_editor(atomic=False) as tables:
            change = tables.add_index if is_new else tables.remove_index
            change(model, index, concurrently=True)
            if is_new:
                # A migration that was cut short after it begins anew.
                change(model, index, concurrently=True)
        cursor.execute(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('sample_model')"
        )
        assert cursor.fetchall() == ([(True,)] if is_new else [])
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == (WAITS_FOR_A_TABLE,)
        cursor.execute("DROP INDEX IF EXISTS sample_model")
        cursor.execute("RESET lock_timeout")


def test_no_policy_has_a_name_that_an_older_one_is_given():
    assert not [each.name for each in POLICIES if "_before_" in each.name]
