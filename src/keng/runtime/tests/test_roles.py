"""Every process has a role of its own, with exactly the rights that are listed for it."""

import contextlib
import stat
import threading
import time

import psycopg
import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from keng.cli.checks import database as checks
from keng.cli.checks.check import CheckedPlace, FindingLevel
from keng.kit.advisory_locks import OwnersLock
from keng.kit.database import PARTNER_ROLE, PROCESSES, dsn, password_file, role
from keng.kit.database_state import database_has_room
from keng.kit.worker_tasks import TaskPace
from keng.runtime import migrate
from keng.runtime.errors import CannotContinue
from keng.runtime.postgres.cluster import CLUSTER_SETTINGS, write_secret
from keng.runtime.roles import CONNECTIONS, apply_grants, ensure_owner, ensure_roles
from keng.runtime.supervisor.ports import Ports
from keng.runtime.whose_roles import mark_role, require_own_roles
from keng.runtime.worker import _lanes_of, all_tasks
from keng.site.grants import GRANTS
from tests.transaction_pooler import transaction_pooler


@pytest.fixture
def roles(cluster, monkeypatch):
    """A cluster with its roles, and a table of the owner's."""
    monkeypatch.setenv("KENG_DATA", str(cluster.data))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    cluster.start()
    ensure_owner(cluster)
    ensure_roles(dsn("owner"))
    with psycopg.connect(dsn("owner"), autocommit=True) as owner:
        owner.execute("CREATE TABLE tip (id int)")
        yield owner


def test_no_process_is_superuser_or_may_make_roles(roles):
    rows = roles.execute(
        "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb FROM pg_roles"
        " WHERE rolname LIKE 'keng%%' AND rolname <> 'keng_owner'"
    ).fetchall()
    # All but the owner's, and the one that the public site takes for inboxes of partners.
    assert len(rows) == len(PROCESSES)
    assert not any(any(rights) for _, *rights in rows)


def test_the_owner_is_no_superuser(roles):
    assert roles.execute("SELECT current_setting('is_superuser')").fetchone() == ("off",)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT lo_create(0)",
        "SELECT lo_creat(-1)",
        "SELECT lo_from_bytea(0, 'x')",
        "SELECT lo_import('/etc/hostname')",
        "SELECT lo_put(1, 0, 'x')",
        "SELECT lo_open(1, 131072)",
        "CREATE TEMP TABLE mine (id int)",
    ],
)
@pytest.mark.parametrize("process", ["public", "desk"])
def test_no_process_keeps_anything_beside_the_tables(roles, process, statement):
    apply_grants(roles, {role(process): {"tip": "SELECT"}})
    with (
        psycopg.connect(dsn(process), autocommit=True) as connected,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connected.execute(statement)


def test_a_role_has_the_listed_rights_and_no_others(roles):
    apply_grants(roles, {"keng_desk": {"tip": "SELECT, INSERT"}})
    with psycopg.connect(dsn("desk"), autocommit=True) as desk:
        desk.execute("INSERT INTO tip VALUES (1)")
        assert desk.execute("SELECT count(*) FROM tip").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            desk.execute("DELETE FROM tip")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            desk.execute("CREATE TABLE mine (id int)")


def test_a_right_that_the_list_no_longer_names_is_taken_back(roles):
    apply_grants(roles, {"keng_desk": {"tip": "SELECT, DELETE"}})
    apply_grants(roles, {"keng_desk": {"tip": "SELECT"}})
    with (
        psycopg.connect(dsn("desk"), autocommit=True) as desk,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        desk.execute("DELETE FROM tip")


def test_a_role_without_any_table_cannot_even_connect_once_rights_are_given(roles):
    apply_grants(roles, {"keng_desk": {"tip": "SELECT"}})
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(dsn("edge"))


def test_a_role_that_may_change_rows_stops_no_table(roles):
    """With the right to update a table as a whole a session may lock it, and all wait behind it."""
    roles.execute("ALTER TABLE tip ADD said text")
    apply_grants(roles, {"keng_desk": {"tip": "SELECT, INSERT, UPDATE"}})
    with psycopg.connect(dsn("desk"), autocommit=True) as desk:
        desk.execute("INSERT INTO tip VALUES (1, 'a')")
        assert desk.execute("UPDATE tip SET said = 'b', id = 2").rowcount == 1
        for mode in ("ACCESS EXCLUSIVE", "EXCLUSIVE", "SHARE"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), desk.transaction():
                desk.execute(f"LOCK TABLE tip IN {mode} MODE")


def test_the_public_site_alone_takes_the_role_of_inboxes_and_only_by_taking_it(roles):
    apply_grants(roles, {PARTNER_ROLE: {"tip": "SELECT"}, "keng_public": {}, "keng_desk": {}})
    ensure_roles(dsn("owner"))
    with psycopg.connect(dsn("public"), autocommit=True) as public:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            public.execute("SELECT FROM tip")
        with public.transaction():
            public.execute("SELECT set_config('role', %s, true)", [PARTNER_ROLE])
            public.execute("SELECT FROM tip")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            public.execute("SELECT FROM tip")
    with (
        psycopg.connect(dsn("desk"), autocommit=True) as desk,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        desk.execute(f"SET ROLE {PARTNER_ROLE}")


def test_a_public_role_that_inherits_the_role_of_inboxes_is_refused(roles):
    """As an operator makes it: CREATE ROLE gives INHERIT unless it is told otherwise."""
    roles.execute("GRANT keng_partner TO keng_public WITH INHERIT TRUE")
    with pytest.raises(
        CannotContinue, match="GRANT keng_partner TO keng_public WITH INHERIT FALSE"
    ):
        ensure_roles(dsn("owner"))
    roles.execute("GRANT keng_partner TO keng_public WITH INHERIT FALSE, SET TRUE")
    ensure_roles(dsn("owner"))


def test_the_grant_says_itself_that_it_is_not_inherited(roles):
    """Whatever keng_public is, where an operator made it before."""
    roles.execute("REVOKE keng_partner FROM keng_public")
    roles.execute("ALTER ROLE keng_public INHERIT")
    ensure_roles(dsn("owner"))


def test_one_role_leaves_connections_for_the_others(roles):
    apply_grants(roles, {role(process): {"tip": "SELECT"} for process in PROCESSES[1:]})
    for process in PROCESSES[1:]:
        with contextlib.ExitStack() as opened:
            for _ in range(CONNECTIONS[process]):
                opened.enter_context(psycopg.connect(dsn(process)))
            with pytest.raises(psycopg.OperationalError, match="too many"):
                psycopg.connect(dsn(process))
            psycopg.connect(dsn("owner")).close()


def test_three_workers_of_each_class_have_the_connections_that_they_need():
    """A lane has one while it has work: where the lease of its only task is another's, it has none.

    Each process has one for its leases, and each lane that is woken one that hears.
    """
    lanes = _lanes_of(all_tasks())
    for_all = [name for name, pace, own in lanes if any(task.is_shared for task in own)]
    told = [name for name, pace, own in lanes if any(task.is_woken for task in own)]
    of_one = len(lanes) - len(for_all)
    assert of_one + 3 * (len(for_all) + len(told) + len(TaskPace)) <= CONNECTIONS["worker"]


def test_all_roles_together_leave_room_for_the_owner():
    assert set(CONNECTIONS) == set(PROCESSES[1:])
    assert sum(CONNECTIONS.values()) <= int(CLUSTER_SETTINGS["max_connections"]) - 6


def test_no_role_takes_the_locks_by_which_the_owner_works_alone(roles):
    """Held by a process, no migration runs and nothing destroyed leaves the files."""
    apply_grants(roles, {"keng_desk": {"tip": "SELECT"}})
    functions = ("pg_advisory_lock", "pg_advisory_xact_lock", "pg_try_advisory_lock_shared")
    for database in ("keng", "postgres"):
        with psycopg.connect(dsn("desk"), autocommit=True, dbname=database) as desk:
            for number in OwnersLock:
                for function in functions:
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        desk.execute(f"SELECT {function}(%s::bigint)", [number])
            with desk.transaction():
                desk.execute("SELECT pg_advisory_xact_lock(1, 2)")


def test_the_doctor_tells_who_holds_what_others_wait_for(roles, monkeypatch):
    """Rows that a role may change it may hold, and no setting of a role keeps its session short."""
    apply_grants(roles, {"keng_public": {"tip": "SELECT, UPDATE"}, "keng_desk": {"tip": "SELECT"}})
    roles.execute("INSERT INTO tip VALUES (1)")
    monkeypatch.setattr(checks, "HELD_FOR", 0.2)
    place = CheckedPlace(Ports())
    assert checks.transactions(place).level is FindingLevel.OK
    with psycopg.connect(dsn("public")) as public, psycopg.connect(dsn("owner")) as other:
        public.execute("SET idle_in_transaction_session_timeout = 0")
        public.execute("SELECT FROM tip FOR UPDATE")
        time.sleep(0.3)
        found = checks.transactions(place)
        assert (found.level, "keng_public has had" in found.text) == (FindingLevel.ATTENTION, True)
        waiting = threading.Thread(target=other.execute, args=("UPDATE tip SET id = 2",))
        waiting.start()
        time.sleep(0.3)
        assert checks.transactions(place).level is FindingLevel.WRONG
        public.rollback()
        waiting.join()


def test_a_role_with_all_its_connections_in_use_is_no_fault_of_a_pooler(roles, monkeypatch):
    apply_grants(roles, {role(process): {"tip": "SELECT"} for process in PROCESSES[1:]})
    monkeypatch.setenv("DATABASE_URL", dsn("owner"))
    place = CheckedPlace(Ports())
    assert checks.pooler(place).level is FindingLevel.OK
    with contextlib.ExitStack() as opened:
        for _ in range(CONNECTIONS["opener"] - 1):
            opened.enter_context(psycopg.connect(dsn("opener")))
        found = checks.pooler(place)
    assert (found.level, "in use: opener" in found.text) == (FindingLevel.UNKNOWN, True)


def test_an_unknown_right_is_refused(roles):
    with pytest.raises(ValueError, match="TRUNCATE"):
        apply_grants(roles, {"keng_desk": {"tip": "SELECT, TRUNCATE"}})


def test_a_lost_password_file_is_replaced(roles):
    password_file("keng_desk").unlink()
    ensure_roles(dsn("owner"))
    apply_grants(roles, {"keng_desk": {"tip": "SELECT"}})
    with psycopg.connect(dsn("desk")) as desk:
        assert desk.execute("SELECT current_user").fetchone() == ("keng_desk",)


def test_a_role_with_a_low_limit_of_temporary_files_finds_no_disk_full(roles, cluster):
    with cluster.connect() as superuser:
        superuser.execute(f"ALTER ROLE {role('edge')} SET temp_file_limit = '64kB'")
    with psycopg.connect(dsn("edge")) as edge:
        assert edge.execute("SHOW temp_file_limit").fetchone() == ("64kB",)
        assert database_has_room(edge)


def test_a_second_installation_leaves_the_roles_of_the_first_alone(
    roles, cluster, tmp_path, monkeypatch
):
    """Also where the first one was made before roles had a mark."""
    first = dsn("desk")
    with cluster.connect() as superuser:
        superuser.execute("CREATE DATABASE second OWNER keng_owner")
    second = make_conninfo(dsn("owner"), dbname="second")
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("DATABASE_URL", second)
        elsewhere.setenv("KENG_DATA", str(tmp_path))
        (tmp_path / "secrets" / "database").mkdir(parents=True)
        with pytest.raises(CannotContinue, match="the roles of another Kẻng: keng_public, "):
            ensure_roles(second)
        mark_role(roles, "keng_desk")
        # A file that is no password of these roles proves nothing.
        write_secret(password_file("keng_public"), "another")
        with pytest.raises(CannotContinue, match="another Kẻng, of the database keng: keng_publ"):
            ensure_roles(second)
        assert [path.name for path in password_file("keng_desk").parent.iterdir()] == [
            "keng_public"
        ]
    psycopg.connect(first).close()


def test_roles_on_a_server_of_ones_own_stay_ours_without_their_passwords(roles, monkeypatch):
    """No backup holds them. One made before roles had a mark is known by them, and marked."""
    monkeypatch.setenv("DATABASE_URL", dsn("owner"))
    ensure_roles(dsn("owner"))
    for process in PROCESSES[1:]:
        password_file(role(process)).unlink()
    ensure_roles(dsn("owner"))
    psycopg.connect(dsn("desk")).close()


def test_a_role_is_marked_with_the_name_of_the_database_and_not_with_a_poolers_for_it(roles):
    with (
        psycopg.connect(dsn("owner"), autocommit=True) as server,
        transaction_pooler(server) as port,
        psycopg.connect(
            f"host=127.0.0.1 port={port} user=owner dbname=alias gssencmode=disable",
            autocommit=True,
        ) as behind,
    ):
        mark_role(behind, "keng_desk")
        password_file("keng_desk").unlink()
        require_own_roles(behind, ["desk"])
    marked = roles.execute("SELECT shobj_description('keng_desk'::regrole, 'pg_authid')")
    assert marked.fetchone() == ("Kẻng, database keng",)


def test_a_role_that_takes_nobody_in_is_not_called_anothers(roles):
    """Such as while the old processes have all its connections."""
    roles.execute("ALTER ROLE keng_desk CONNECTION LIMIT 0")
    with pytest.raises(CannotContinue) as refused:
        require_own_roles(roles, ["desk", "edge"])
    words = str(refused.value)
    assert words.startswith("With the passwords in ")
    assert "keng_desk: connection failed: " in words
    assert 'too many connections for role "keng_desk"' in words
    assert ("roles of another" in words, "keng_edge" in words) == (False, False)


def test_who_does_not_answer_in_time_is_asked_once_more(roles, monkeypatch):
    asked = []

    def connect(address, **more):
        asked.append(address)
        if len(asked) == 1:
            raise psycopg.errors.ConnectionTimeout("connection timeout expired")
        return psycopg.Connection.connect(address, **more)

    monkeypatch.setattr(psycopg, "connect", connect)
    require_own_roles(roles, ["desk"])
    assert len(asked) == 2


def test_the_mark_of_a_database_that_is_gone_is_replaced_and_an_operators_comment_stays(
    roles, monkeypatch
):
    """Who holds the passwords works with the roles, whatever stands there."""
    roles.execute("COMMENT ON ROLE keng_desk IS 'Kẻng, database gone'")
    roles.execute("COMMENT ON ROLE keng_edge IS 'of the town'")
    monkeypatch.setenv("DATABASE_URL", dsn("owner"))
    ensure_roles(dsn("owner"))
    comments = dict(
        roles.execute("SELECT rolname::text, shobj_description(oid, 'pg_authid') FROM pg_roles")
    )
    assert comments["keng_desk"] == "Kẻng, database keng"
    assert comments["keng_edge"] == "of the town"


def test_password_files_are_private_and_differ(roles):
    files = [password_file(role(process)) for process in PROCESSES]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert len({file.read_text() for file in files}) == len(files)


def test_a_secret_is_never_written_over(tmp_path):
    write_secret(tmp_path / "secret", "first")
    with pytest.raises(FileExistsError):
        write_secret(tmp_path / "secret", "second")


def test_rights_are_given_to_the_roles_of_processes_only():
    processes = {role(process) for process in PROCESSES if process != "owner"}
    assert set(GRANTS) <= processes | {PARTNER_ROLE}


@pytest.mark.django_db
def test_every_table_in_the_list_of_rights_exists():
    named = {table for tables in GRANTS.values() for table in tables}
    with connection.cursor() as cursor:
        tables_and_views = connection.introspection.table_names(cursor, include_views=True)
    assert named <= set(tables_and_views)


@pytest.mark.django_db
def test_the_list_of_rights_can_be_applied():
    connection.ensure_connection()
    apply_grants(connection.connection, GRANTS)


def test_two_migrations_at_once_come_one_after_the_other(cluster, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(cluster.data))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(migrate, "embedded_cluster", lambda: cluster)
    cluster.start()
    order, first_is_in = [], threading.Event()

    def work(name):
        with migrate.only_migration():
            order.append(f"{name} begins")
            first_is_in.set()
            time.sleep(0.5)
            order.append(f"{name} ends")

    one = threading.Thread(target=work, args=("one",))
    one.start()
    assert first_is_in.wait(10)
    work("other")
    one.join()
    assert order == ["one begins", "one ends", "other begins", "other ends"]


def test_a_migration_that_never_ends_is_told(cluster, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(cluster.data))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(migrate, "embedded_cluster", lambda: cluster)
    monkeypatch.setattr(migrate, "_OTHER_ENDS_WITHIN", 0.3)
    cluster.start()
    with (
        migrate.only_migration(),
        pytest.raises(CannotContinue, match="Another"),
        migrate.only_migration(),
    ):
        pass
