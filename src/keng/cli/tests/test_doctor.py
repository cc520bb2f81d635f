"""Each state that needs no running process has its line in `keng doctor`, and its exit code.

Those of processes that stand still are made in tests/load/test_health.py.
"""

import argparse
import datetime
import json
import os
import re
import socket
import ssl
import struct
import threading
import time
import uuid
from contextlib import contextmanager, suppress
from functools import partial
from types import SimpleNamespace

import psycopg
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import connection

from keng.audit.models import Entry
from keng.cli import doctor
from keng.cli.__main__ import main
from keng.cli.checks import certificate, database, machine, record, retention, running
from keng.cli.checks.check import Check, CheckedPlace, FindingLevel, ok, perform_check
from keng.delivery.models import Delivery, Dispatch
from keng.delivery.tests.sending import test_dsn
from keng.kit import alive, database_state, health, noted_certificates, own_certificates, times
from keng.kit.health import Health
from keng.kit.worker_tasks import TaskPace
from keng.leases.models import Lease
from keng.lessons.models import Film
from keng.public_log.models import LogPace, WitnessStanding
from keng.reports.models import PublicSummary
from keng.retention.tests.world import LONG_AGO, closed_tip, period
from keng.runtime.supervisor.ports import Ports
from keng.runtime.supervisor.register import supervisor_pid
from keng.tips.models import Alarm, AlarmCall, WaitingPicture
from keng.tips.models.dialogue import Attachment
from tests import make
from tests.architecture.source import ROOT
from tests.transaction_pooler import transaction_pooler

PLACE = CheckedPlace(Ports())
OK, ATTENTION, WRONG = FindingLevel.OK, FindingLevel.ATTENTION, FindingLevel.WRONG
MONITOR = argparse.Namespace(ports="", json=True, wrong_settings=[])


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    """An installation that has its folders, and nothing that runs."""
    for name in [name for name in os.environ if name.startswith("KENG_")]:
        if name not in {"KENG_PG_BINDIR", "KENG_PG_USER"}:
            monkeypatch.delenv(name)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    data = tmp_path / "data"
    for name in ("secrets", "keys", "logs", "audit", "run", "postgres/cluster"):
        (data / name).mkdir(mode=0o700, parents=True)
    monkeypatch.setenv("KENG_DATA", str(data))
    return data


@pytest.fixture
def asks_this_database(db, monkeypatch):
    """The checks ask the database of this test."""

    @contextmanager
    def asking(process="owner"):
        connection.ensure_connection()
        yield connection.connection

    monkeypatch.setattr(database, "reading_connection", asking)
    monkeypatch.setattr(record, "reading_connection", asking)
    monkeypatch.setattr(running, "reading_connection", asking)


def look_by(check):
    """Level and words of what a check finds."""
    finding = check(PLACE)
    return finding.level, finding.text


def minutes_ago(number):
    return times.now() - datetime.timedelta(minutes=number)


# -- the whole


def test_the_exit_code_is_the_worst_of_all_lines():
    def findings(*levels):
        return {str(n): doctor.Finding(level, "") for n, level in enumerate(levels)}

    assert doctor.exit_code(findings(OK, OK)) == 0
    assert doctor.exit_code(findings(OK, FindingLevel.UNKNOWN)) == 0
    assert doctor.exit_code(findings(OK, ATTENTION)) == 2
    assert doctor.exit_code(findings(ATTENTION, WRONG, OK)) == 1


def test_a_check_that_fails_or_never_ends_is_its_own_line_and_stops_no_other(monkeypatch):
    forever = threading.Event()

    def fails(place):
        raise ZeroDivisionError("with a secret")

    def stands_still(place):
        forever.wait(30)
        return ok("late")

    rows = (
        Check("fails", fails),
        Check("stands still", stands_still, within=0.2),
        Check("after them", lambda _: ok("looked at")),
        Check("needs", lambda _: ok("never asked"), needs=("fails",)),
    )
    monkeypatch.setattr(doctor, "CHECKS", rows)
    found = doctor.examine(MONITOR)
    forever.set()
    assert found["fails"].text == "could not be looked at (ZeroDivisionError)"
    assert found["stands still"].text == "no answer within 0 s"
    assert found["after them"].level is OK
    assert (found["needs"].level, "fails" in found["needs"].text) == (FindingLevel.UNKNOWN, True)


def test_the_page_of_commands_has_a_line_for_every_check():
    text = (ROOT / "docs" / "operator" / "commands.md").read_text()
    table = text.partition("## What `keng doctor` says")[2].partition("\n## ")[0]
    named = re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE)
    names = [doctor.SETTINGS_CHECK, *(check.name for check in doctor.CHECKS)]
    assert len(set(names)) == len(names)
    assert sorted(set(named)) == sorted(names)


def test_every_need_stands_above_its_row():
    above = {doctor.SETTINGS_CHECK}
    for check in doctor.CHECKS:
        assert set(check.needs) <= above
        above.add(check.name)


# -- it starts and changes nothing


def test_an_empty_folder_stays_empty_and_is_named(monkeypatch, tmp_path, capsys):
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setenv("KENG_DATA", str(empty))
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert f"data in {empty}, no keng.env: no installation there" in said
    assert list(empty.iterdir()) == []
    monkeypatch.setenv("KENG_DATA", str(tmp_path / "misspelt"))
    assert main(["doctor"]) == 1
    assert "there is no such folder" in capsys.readouterr().out
    assert not (tmp_path / "misspelt").exists()


@pytest.mark.parametrize("words", [("unit", "list"), ("keys", "check"), ("audit", "verify")])
def test_no_command_makes_a_second_installation_by_accident(monkeypatch, tmp_path, capsys, words):
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setenv("KENG_DATA", str(empty))
    assert main(list(words)) == 1
    assert f"There is no installation in {empty}" in capsys.readouterr().err
    assert list(empty.iterdir()) == []


def test_whoever_holds_the_folder_is_seen_without_touching_the_lock(folder):
    lock = folder / "run" / "supervisor.lock"
    assert supervisor_pid(folder) is None
    lock.write_text(str(os.getpid()))
    before = lock.stat().st_mtime_ns
    # The number of somebody else who came to have it since holds nothing here.
    assert supervisor_pid(folder) is None
    with lock.open("a"):
        assert supervisor_pid(folder) == os.getpid()
    assert (lock.read_text(), lock.stat().st_mtime_ns) == (str(os.getpid()), before)


def test_what_does_not_run_is_said_to_be_stopped(folder):
    level, text = look_by(running.supervisor)
    assert (level, "does not run" in text) == (WRONG, True)


def test_the_database_of_what_was_stopped_is_no_fault_of_its_own(folder):
    gone = {"host": str(folder / "run"), "port": 5432, "name": "keng"}
    (folder / "postgres" / "connection.json").write_text(json.dumps(gone))
    assert look_by(database.database) == (
        FindingLevel.UNKNOWN,
        "not looked at: supervisor comes first",
    )


def test_a_demo_that_does_not_run_is_started_as_a_demo(folder, monkeypatch):
    """`keng serve` would refuse its data."""
    assert "start it (keng serve)" in look_by(running.supervisor)[1]
    secrets = folder / "secrets"
    secrets.mkdir(exist_ok=True)
    (secrets / "zalo-fake.json").write_text("{}")
    assert "start it (keng demo)" in look_by(running.supervisor)[1]


# -- settings


@pytest.mark.parametrize(
    ("name", "value"), [("KENG_EDGE_LANES", "x"), ("KENG_LOOKUP_NETWORK_LIMIT", "foo")]
)
def test_a_wrong_setting_is_a_line_also_for_a_monitor(monkeypatch, capsys, name, value):
    monkeypatch.setenv(name, value)
    assert main(["doctor", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    lines = {each["name"]: each for each in said["checks"]}
    assert said["result"] == "wrong"
    assert lines["settings"]["level"] == "wrong"
    assert name in lines["settings"]["text"]
    assert lines["disk"]["level"] == "unknown"


def test_two_sites_on_one_port_are_a_line(monkeypatch, capsys):
    monkeypatch.setenv("KENG_DESK_PORT", "8000")
    assert main(["doctor"]) == 1
    assert "WRONG  settings    KENG_PUBLIC_PORT and KENG_DESK_PORT are both 8000" in (
        capsys.readouterr().out
    )


TLS = {
    "KENG_PUBLIC_URL": "https://keng.example",
    "KENG_HOSTS": "keng.example,127.0.0.1",
    "KENG_BEHIND_TLS": "1",
}


@pytest.mark.parametrize(
    ("settings", "level", "words"),
    [
        ({}, OK, "this machine only"),
        (TLS, OK, "https://keng.example"),
        (TLS | {"KENG_HOSTS": "desk.example"}, WRONG, "KENG_HOSTS lacks keng.example"),
        (TLS | {"KENG_BEHIND_TLS": "0"}, WRONG, "every form is refused"),
        (
            TLS | {"KENG_BEHIND_TLS": "0", "KENG_ORIGINS": "https://keng.example"},
            ATTENTION,
            "cookies are not marked secure",
        ),
        ({"KENG_BEHIND_TLS": "1"}, ATTENTION, "names no https address"),
        ({"KENG_ADDRESS": "0.0.0.0"}, WRONG, "travel in clear"),
        (TLS | {"DATABASE_URL": "host=db.example dbname=keng"}, WRONG, "sslmode=verify-full"),
    ],
)
def test_addresses_that_do_not_agree_are_named(monkeypatch, settings, level, words):
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    found, text = look_by(machine.addresses)
    assert (found, words in text) == (level, True), text


@pytest.mark.parametrize(
    ("desk", "with_code", "level", "words"),
    [
        ("https://desk.keng.example", "0", OK, "work at both addresses"),
        ("http://desk.keng.example", "1", ATTENTION, "KENG_DESK_URL lacks https"),
        ("https://10.0.0.5", "1", ATTENTION, "KENG_DESK_URL lacks a full name"),
        ("https://10.0.0.5", "0", WRONG, "no second person lets anything out"),
    ],
)
def test_where_no_passkey_works_the_setting_is_named(monkeypatch, desk, with_code, level, words):
    monkeypatch.setenv("KENG_DESK_URL", desk)
    monkeypatch.setenv("KENG_APPROVE_WITH_CODE", with_code)
    found, text = look_by(machine.passkeys)
    assert (found, words in text) == (level, True), text


@pytest.mark.parametrize("name", ["KENG_DEBUG", "KENG_DEBUG_FAULTS", "KENG_DEMO"])
def test_switches_of_tests_and_demo_are_wrong_on_real_data(monkeypatch, folder, name):
    assert running.debug_switches(PLACE, is_demo=False).level is OK
    monkeypatch.setenv(name, "1")
    assert running.debug_switches(PLACE, is_demo=False).level is WRONG
    expected = OK if name == "KENG_DEMO" else ATTENTION
    assert running.debug_switches(PLACE, is_demo=True).level is expected
    monkeypatch.delenv(name)
    # And in a process that was started with it, whatever this terminal says.
    (folder / "run" / "processes.json").write_text(json.dumps({"desk": {"pid": 1, "port": 1}}))
    monkeypatch.setattr(running, "environment_of", lambda _: {name: "1"})
    assert running.debug_switches(PLACE, is_demo=False).level is WRONG


# -- disk and rights


def test_a_full_disk_is_wrong_and_a_fuller_one_is_to_be_seen_to(monkeypatch, folder):
    def left(share, size=100 * 1024**3):
        def statvfs(path):
            return SimpleNamespace(
                f_bavail=int(size * share) // 4096, f_frsize=4096, f_blocks=size // 4096
            )

        monkeypatch.setattr(os, "statvfs", statvfs)
        return look_by(machine.disk)[0]

    assert left(0.5) is OK
    assert left(0.09) is ATTENTION
    assert left(0.0099) is WRONG
    assert left(0) is WRONG
    well = Health("desk")
    monkeypatch.setattr(well, "_faults_of_database", lambda _: [])
    assert not well.ask()
    left(0.0099)
    # Tips are still taken: a monitor of the sites hears nothing of it yet.
    other = Health("desk")
    monkeypatch.setattr(other, "_faults_of_database", lambda _: [])
    assert other.ask()


@pytest.mark.parametrize(
    ("name", "mode", "level"),
    [
        ("secrets", 0o755, WRONG),
        ("keys", 0o750, WRONG),
        ("secrets/site.key", 0o640, WRONG),
        ("audit", 0o777, WRONG),
        ("logs", 0o777, WRONG),
        ("logs", 0o755, ATTENTION),
        ("audit/heads-2026-11.jsonl", 0o644, ATTENTION),
    ],
)
def test_what_others_may_read_or_change_is_named(folder, name, mode, level):
    path = folder / name
    if path.suffix:
        path.touch(mode=0o600)
    assert look_by(machine.permissions)[0] is OK
    path.chmod(mode)
    found, text = look_by(machine.permissions)
    assert (found, f"chmod go= {path}" in text) == (level, True)


# -- the database, its poolers, its keys


def test_a_stopped_postgresql_of_ones_own_is_one_line_and_the_others_are_still_looked_at(
    monkeypatch,
):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    monkeypatch.setenv("DATABASE_URL", f"postgresql://owner:secret@127.0.0.1:{port}/keng")
    began = time.monotonic()
    found = doctor.examine(MONITOR)
    assert time.monotonic() - began < 15
    assert (found["database"].level, found["disk"].level) == (WRONG, OK)
    assert "your PostgreSQL does not answer" in found["database"].text
    assert "secret" not in found["database"].text
    assert {found[name].level for name in ("keys", "critical", "setup")} == {FindingLevel.UNKNOWN}
    assert doctor.exit_code(found) == 1
    assert not Health("edge").ask()


def test_a_database_that_stands_still_keeps_no_monitor_waiting(monkeypatch):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        monkeypatch.setenv("KENG_DATABASE_URL_EDGE", f"postgresql://e@127.0.0.1:{port}/keng")
        hung = Health("edge")
        began = time.monotonic()
        assert not hung.ask()
        assert time.monotonic() - began < health.HEALTH_WAITS_SECONDS + 5
        again = time.monotonic()
        assert not hung.ask()
        # Nobody asks again for a while.
        assert time.monotonic() - again < health.HEALTH_WAITS_SECONDS
        hung._asking.join(10)


@contextmanager
def fake_pooler():
    """What pgbouncer in transaction mode says to a connection that brings settings of its own."""
    words = b"unsupported startup parameter in options: plan_cache_mode"
    fields = b"SFATAL\0C08P01\0M" + words + b"\0\0"
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()

        def serve():
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with client:
                    while True:
                        (length,) = struct.unpack("!i", client.recv(4))
                        body = client.recv(length - 4)
                        if body[:4] != struct.pack("!i", 80877103):
                            break
                        client.sendall(b"N")  # no TLS
                    client.sendall(b"E" + struct.pack("!i", len(fields) + 4) + fields)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join(30)


def test_a_pooler_that_takes_no_options_is_named(monkeypatch):
    assert look_by(database.pooler)[0] is OK
    with fake_pooler() as port:
        where = f"postgresql://owner@127.0.0.1:{port}/keng?gssencmode=disable"
        monkeypatch.setenv("DATABASE_URL", where)
        level, text = look_by(database.pooler)
    assert (level, "settings.md" in text, "plan_cache_mode" in text) == (WRONG, True, True)


@pytest.mark.parametrize(
    ("process", "words"),
    [
        ("worker", "connections of the worker by transactions"),
        # This one passes statements on by their names, as pgbouncer did before 1.21.
        ("desk", "pooler of the desk confuses the prepared statements"),
    ],
)
def test_a_pooler_that_shares_connections_out_is_named_where_it_must_not(
    monkeypatch, transactional_db, process, words
):
    with (
        psycopg.connect(test_dsn(), autocommit=True) as server,
        transaction_pooler(server) as port,
    ):
        where = f"postgresql://{process}@127.0.0.1:{port}/keng?gssencmode=disable"
        monkeypatch.setenv(f"KENG_DATABASE_URL_{process.upper()}", where)
        level, text = look_by(database.pooler)
    assert (level, words in text) == (WRONG, True)


def test_a_database_with_room_says_so_by_what_is_written_on_its_disk(asks_this_database):
    assert look_by(database.database_disk)[0] is OK
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '64kB'")
        cursor.execute(f"EXPLAIN ANALYZE {database_state._SORTS_ON_DISK}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    # In memory it would say nothing about any disk.
    assert "external merge  Disk:" in plan, plan


@pytest.mark.parametrize(("ahead", "level"), [(0, OK), (7, ATTENTION), (-600, WRONG), (90, WRONG)])
def test_a_machine_whose_clock_is_not_the_databases_is_told(
    asks_this_database, monkeypatch, ahead, level
):
    now = time.time
    monkeypatch.setattr(database_state.time, "time", lambda: now() + ahead)
    found, words = look_by(database.clock)
    assert found is level, words
    assert ahead >= -60 or "10 minutes behind the database" in words


def test_entries_of_the_future_show_a_clock_that_was_set_back(asks_this_database):
    _entry(times.now())
    assert look_by(database.clock)[0] is OK
    _entry(times.now() + datetime.timedelta(minutes=10), seq=2)
    level, text = look_by(database.clock)
    assert (level, "newest entry is 10 minutes in the future" in text) == (WRONG, True)


def _entry(at, seq=1):
    Entry.objects.create(
        chain="c",
        seq=seq,
        at=at,
        action="a",
        actor_kind="process",
        actor_id="test",
        previous_hash=b"p",
        hash=b"h",
    )


def test_a_clock_that_was_set_since_the_start_is_noticed(asks_this_database, monkeypatch):
    assert alive.clock_was_set_by() is None
    alive.note_clock()
    assert abs(alive.clock_was_set_by()) < 1
    now = time.time()
    monkeypatch.setattr(alive.time, "time", lambda: now - 600)
    assert look_by(database.clock)[1].startswith(("the clock was set back by 10", "this machine"))


# -- what waits


def _delivery(account, *, minutes, **fields):
    dispatch = Dispatch.objects.create(kind="reply", is_urgent=False, unit=account.unit)
    return Delivery.objects.create(
        dispatch=dispatch,
        account=account,
        channel=account.channel,
        recipient_kind="subscription",
        recipient_ref=dispatch.pk,
        created_at=minutes_ago(minutes),
        **fields,
    )


@pytest.mark.parametrize("channel", ["email", "zalo_oa"])
def test_what_waits_for_a_provider_that_is_gone_is_named(asks_this_database, channel):
    account = make.channel_account(unit=make.unit(), channel=channel, slug="gone")
    assert look_by(database.deliveries)[0] is OK
    _delivery(account, minutes=15, code="unreachable")
    level, text = look_by(database.deliveries)
    assert (level, "1 wait for gone, the oldest for 15 minutes" in text) == (ATTENTION, True)


def test_a_call_to_an_officer_that_did_not_go_out_is_wrong(asks_this_database):
    account = make.channel_account(unit=make.unit(), channel="email", slug="gone")
    _delivery(account, minutes=3, is_urgent=True)
    level, text = look_by(database.deliveries)
    assert (level, text.startswith("urgent: 1 wait for gone")) == (WRONG, True)


def test_a_bulk_that_waits_its_turn_is_well(asks_this_database):
    account = make.channel_account(unit=make.unit(), channel="email")
    _delivery(account, minutes=60)
    assert look_by(database.deliveries)[0] is OK
    _delivery(account, minutes=150)
    assert look_by(database.deliveries)[0] is ATTENTION


def test_a_stopped_account_is_named_with_its_reason(asks_this_database):
    account = make.channel_account(unit=make.unit(), channel="email", slug="mail")
    assert look_by(database.accounts)[0] is OK
    account.circuit_open_since, account.circuit_reason = minutes_ago(90), "535 sign-in refused"
    account.save()
    level, text = look_by(database.accounts)
    assert (level, "mail 90 minutes ago (535 sign-in refused)" in text) == (ATTENTION, True)
    _delivery(account, minutes=11)
    assert look_by(database.deliveries)[0] is ATTENTION


@pytest.mark.django_db
def test_a_tip_that_is_due_and_still_there_is_told(monkeypatch):
    monkeypatch.setattr("keng.runtime.environment.load_django", lambda _process: None)
    unit = make.unit(parent=make.province_unit())
    period(unit.parent)
    days = datetime.timedelta(days=365 + 1)
    tip = closed_tip(unit, closed_at=times.now() - days)
    # Due since a day: the worker comes to it.
    assert look_by(retention.retention) == (OK, "nothing is behind; 1 periods count")
    type(tip).objects.filter(pk=tip.pk).update(closed_at=times.now() - LONG_AGO)
    level, text = look_by(retention.retention)
    assert (level, "1 tips should have been destroyed" in text) == (ATTENTION, True)


def test_a_picture_without_its_copy_is_named(asks_this_database):
    tip = make.tip(unit=make.unit())
    attachment = Attachment.objects.create(tip=tip, kind="image", mime="image/png", size=1)
    waiting = WaitingPicture.objects.create(attachment=attachment, path="p", key_sealed=b"k")
    assert look_by(database.pictures)[0] is OK
    WaitingPicture.objects.filter(pk=waiting.pk).update(since=minutes_ago(20))
    level, text = look_by(database.pictures)
    assert (level, "oldest for 20 minutes" in text) == (ATTENTION, True)


def test_a_critical_tip_nobody_was_called_for_is_wrong(asks_this_database):
    tip = make.tip(unit=make.unit(), urgency="P0", received_at=minutes_ago(1))
    assert look_by(database.critical)[0] is OK
    type(tip).objects.filter(pk=tip.pk).update(received_at=minutes_ago(5))
    level, text = look_by(database.critical)
    assert (level, "nobody is called: 1, the oldest for 5 minutes" in text) == (WRONG, True)


def test_a_critical_tip_that_reached_no_pager_is_to_be_seen_to(asks_this_database):
    unit = make.unit()
    tip = make.tip(unit=unit, urgency="P0", received_at=minutes_ago(5))
    alarm = Alarm.objects.create(
        tip=tip, unit=unit, rounds=1, next_call_at=minutes_ago(-1), raised_at=minutes_ago(5)
    )
    call = AlarmCall.objects.create(alarm=alarm, round=0, unit=unit, is_on_duty=True, ways=0)
    assert look_by(database.critical)[0] is ATTENTION
    AlarmCall.objects.filter(pk=call.pk).update(ways=1)
    assert look_by(database.critical)[0] is OK
    Alarm.objects.filter(pk=alarm.pk).update(next_call_at=minutes_ago(4))
    assert look_by(database.critical)[0] is WRONG


def test_a_film_that_a_restore_forgot_is_missed(asks_this_database, folder):
    unit = make.unit()
    film = Film.objects.create(
        unit=unit,
        title="Phim",
        made_by=make.officer(unit=unit),
        state="ready",
        size=1,
        seconds=1,
        width=1,
        height=1,
    )
    level, text = look_by(database.files)
    assert (level, "films/ back from the backup" in text) == (WRONG, True)
    (folder / "films").mkdir()
    for path in (film.path, film.poster_path):
        (folder / path).touch()
    assert look_by(database.files) == (OK, "2 that rows name are there")


# -- signs of life


def test_a_task_that_calls_for_help_and_does_not_come_through_is_wrong(folder):
    alive.task_heartbeat("call officers", pace="alarm", every=2).beat()
    alive.task_heartbeat("sweep files", pace="slow", every=3600).beat()
    assert look_by(running.tasks) == (OK, "2 come through")
    assert alive.alarm_tasks_are_on_time()
    _age("task.call-officers", 100)
    assert alive.alarm_tasks_are_on_time()
    _age("task.call-officers", 200)
    level, text = look_by(running.tasks)
    assert (level, "“call officers” did not come through for 3 minutes" in text) == (WRONG, True)
    assert not alive.alarm_tasks_are_on_time()
    alive.task_heartbeat("call officers", pace="alarm", every=2).beat()
    _age("task.sweep-files", 8000)
    assert look_by(running.tasks)[0] is ATTENTION


def _age(name, seconds):
    past = time.time() - seconds
    os.utime(alive.signs_folder() / name, (past, past))


def test_who_is_expected_and_never_beats_is_missed(folder):
    alive.expect_signs(["worker-alarm", "sender"])
    assert alive.silent_processes() == []
    _age("worker-alarm", alive.PROCESS_SILENT_AFTER + 1)
    assert alive.silent_processes() == ["worker-alarm"]
    # Started again and again it is expected anew, and gives no sign all the same.
    alive.expect_signs(["worker-alarm"])
    assert alive.silent_processes() == ["worker-alarm"]
    alive.Heartbeat("worker-alarm").beat()
    assert alive.silent_processes() == []


def test_a_class_of_tasks_may_be_done_on_another_machine(folder, asks_this_database):
    level, text = look_by(partial(running.worker, TaskPace.SLOW))
    assert (level, "no file is fetched" in text) == (WRONG, True)
    now = times.now()
    Lease.objects.create(name="worker-slow", holder=uuid.uuid4(), ends_at=now)
    assert look_by(partial(running.worker, TaskPace.SLOW))[0] is WRONG
    Lease.objects.update(ends_at=now + datetime.timedelta(minutes=1))
    assert look_by(partial(running.worker, TaskPace.SLOW)) == (OK, "alive on another machine")
    # Written before the database's clock was set back: nobody renews it.
    Lease.objects.update(ends_at=now + datetime.timedelta(hours=1))
    assert look_by(partial(running.worker, TaskPace.SLOW))[0] is WRONG
    Lease.objects.update(ends_at=now + datetime.timedelta(minutes=1))
    # One that was here and is gone is missed all the same.
    alive.expect_signs(["worker-slow"])
    _age("worker-slow", 100)
    assert look_by(partial(running.worker, TaskPace.SLOW))[0] is WRONG


def test_a_monitor_on_this_machine_is_told_what_is_waited_for_and_nobody_else(folder, monkeypatch):
    here = {"client": ("127.0.0.1", 5), "headers": []}
    strangers = (
        {"client": ("192.0.2.1", 5), "headers": []},
        {"client": ("127.0.0.1", 5), "headers": [(b"X-Forwarded-For", b"192.0.2.1")]},
        {"headers": []},
    )
    monkeypatch.setattr(Health, "_faults_of_database", lambda *_: [])
    alive.expect_signs(alive.ESSENTIAL_PROCESSES)
    well = Health("edge")
    assert (well.ask(), well.headers(here)) == (True, [])
    _age("worker-slow", 100)
    alive.task_heartbeat("call officers", pace="alarm", every=2).beat()
    _age("task.call-officers", 200)
    ill = Health("edge")
    assert not ill.ask()
    assert ill.headers(here) == [(b"waits-for", b"worker-slow, worker-alarm")]
    assert [ill.headers(scope) for scope in strangers] == [[], [], []]
    monkeypatch.setattr(Health, "_faults_of_database", lambda *_: ["database"])
    without = Health("edge")
    assert not without.ask()
    assert without.headers(here) == [(b"waits-for", b"worker-slow, worker-alarm, database")]


def test_a_clock_that_is_not_the_databases_is_told_and_closes_no_site(folder, monkeypatch):
    """Were it the database's that is wrong, a proxy that asks would find no machine left."""
    here = {"client": ("127.0.0.1", 5), "headers": []}
    alive.expect_signs(alive.ESSENTIAL_PROCESSES)
    monkeypatch.setattr(Health, "_faults_of_database", lambda *_: ["clock"])
    health = Health("public")
    assert (health.ask(), health.headers(here)) == (True, [(b"waits-for", b"clock")])
    assert health.headers({"client": ("192.0.2.1", 5), "headers": []}) == []
    monkeypatch.setattr(Health, "_faults_of_database", lambda *_: ["clock", "database-disk"])
    assert not Health("public").ask()


def test_a_sign_that_cannot_be_given_stops_nobody(folder):
    (folder / "run").rmdir()
    (folder / "run").touch()
    alive.Heartbeat("worker").beat()
    alive.expect_signs(["worker"])
    alive.note_clock()
    alive.forget_signs()
    assert (alive.sign_ages(), alive.task_signs(), alive.silent_processes()) == ({}, [], [])


def test_nothing_of_a_check_that_is_performed_waits_for_longer_than_it_may():
    began = time.monotonic()
    slow = threading.Event()
    perform_check(Check("slow", lambda _: slow.wait(20) and ok(""), within=0.3), PLACE)
    slow.set()
    assert time.monotonic() - began < 15


# -- the certificate


def make_certificate(host, *, days, since=-30, key=None):
    key = key or ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now + datetime.timedelta(days=since))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )


@pytest.mark.parametrize(
    ("host", "days", "level"),
    [
        ("keng.example", 60, OK),
        ("*.example", 60, OK),
        ("keng.example", 5, ATTENTION),
        ("keng.example", -1, WRONG),
        ("other.example", 60, WRONG),
    ],
)
def test_the_end_of_the_certificate_is_told_before_it_comes(
    monkeypatch, tmp_path, host, days, level
):
    file = tmp_path / "fullchain.pem"
    file.write_bytes(make_certificate(host, days=days))
    monkeypatch.setenv("KENG_PUBLIC_URL", "https://keng.example")
    monkeypatch.setenv("KENG_CERTIFICATE", str(file))
    assert look_by(certificate.certificate)[0] is level


def test_without_a_file_the_proxy_of_this_machine_is_asked_and_nobody_else(monkeypatch):
    asked = []

    def connect(address, timeout):
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(own_certificates.socket, "create_connection", connect)
    monkeypatch.setenv("KENG_PUBLIC_URL", "https://keng.example")
    assert look_by(certificate.certificate)[0] is ATTENTION
    assert asked == [("127.0.0.1", 443)]
    monkeypatch.setenv("KENG_CERTIFICATE", "off")
    assert look_by(certificate.certificate)[0] is OK
    assert len(asked) == 1


@contextmanager
def tls_server(tmp_path, *, days, as_postgresql):
    """Shows a certificate to whoever comes, at once or when PostgreSQL's clients ask for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    (tmp_path / "cert").write_bytes(make_certificate("127.0.0.1", days=days, key=key))
    private = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
    (tmp_path / "key").write_bytes(key.private_bytes(*private, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert", tmp_path / "key")

    def serve():
        plain, _address = door.accept()
        with plain, suppress(OSError):
            if as_postgresql:
                assert plain.recv(8) == bytes([0, 0, 0, 8, 4, 210, 22, 47])
                plain.sendall(b"S")
            context.wrap_socket(plain, server_side=True).close()

    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=serve)
        thread.start()
        yield door.getsockname()[1]
        thread.join(10)


@pytest.mark.parametrize("is_database", [True, False])
@pytest.mark.parametrize(("days", "level"), [(60, OK), (5, ATTENTION), (-1, WRONG)])
def test_the_end_of_a_certificate_of_our_own_servers_is_told(
    monkeypatch, tmp_path, is_database, days, level
):
    with tls_server(tmp_path, days=days, as_postgresql=is_database) as port:
        if is_database:
            where = f"postgresql://keng@127.0.0.1:{port}/keng?sslmode=verify-full"
            monkeypatch.setenv("DATABASE_URL", where)
        else:
            monkeypatch.setenv("KENG_FILES_URL", f"https://127.0.0.1:{port}/keng")
        found, words = look_by(certificate.server_certificates)
    assert found is level
    whose = "PostgreSQL" if is_database else "the store of files"
    assert level is OK or f"the certificate of {whose} at 127.0.0.1 end" in words


@pytest.mark.parametrize(
    ("mode", "level", "words"),
    [
        ("verify-full", WRONG, "no process of ours connects any more"),
        ("require", ATTENTION, "who is to verify it cannot connect"),
    ],
)
def test_whoever_does_not_verify_connects_to_a_server_whose_certificate_is_over(
    monkeypatch, tmp_path, mode, level, words
):
    with tls_server(tmp_path, days=-1, as_postgresql=True) as port:
        place = f"postgresql://keng_edge@127.0.0.1:{port}/keng?sslmode={mode}"
        monkeypatch.setenv("KENG_DATABASE_URL_EDGE", place)
        assert look_by(certificate.server_certificates)[0] is level
    with tls_server(tmp_path, days=-1, as_postgresql=True) as port:
        place = f"postgresql://keng_edge@127.0.0.1:{port}/keng?sslmode={mode}"
        monkeypatch.setenv("KENG_DATABASE_URL_EDGE", place)
        assert words in look_by(certificate.server_certificates)[1]


def test_the_certificate_of_another_server_is_as_bad_as_one_that_is_over(monkeypatch, tmp_path):
    with tls_server(tmp_path, days=60, as_postgresql=True) as port:
        place = f"postgresql://keng@localhost:{port}/keng?sslmode=verify-full"
        monkeypatch.setenv("DATABASE_URL", place)
        level, words = look_by(certificate.server_certificates)
    assert level is WRONG
    assert "the certificate of PostgreSQL at localhost is of another name" in words


@pytest.mark.parametrize(
    ("days", "refused", "level", "words"),
    [
        (60, "", OK, "good until"),
        (5, "", ATTENTION, "the certificate of the mail server at mail.example ends on"),
        # By now it may be another one.
        (-1, "", OK, "was not seen since it ended"),
        (0, "certificate has expired", ATTENTION, "was not accepted (certificate has expired)"),
    ],
)
def test_what_connections_saw_of_the_certificates_of_others_is_told(
    monkeypatch, tmp_path, days, refused, level, words
):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    ends = 0.0 if refused else time.time() + days * 86400
    noted_certificates._write(
        noted_certificates.CertificateNote("mail", "mail.example", ends, refused)
    )
    found, said = look_by(certificate.server_certificates)
    assert found is level
    assert words in said


def test_servers_that_are_spoken_to_without_tls_have_no_certificate(monkeypatch):
    assert look_by(certificate.server_certificates)[0] is OK
    monkeypatch.setenv("DATABASE_URL", "postgresql://keng@/keng?host=/run/postgresql")
    assert look_by(certificate.server_certificates)[0] is OK


# -- a start that is not finished


@pytest.fixture
def begun_a_minute_ago(monkeypatch):
    """A supervisor that holds the folder since then."""
    monkeypatch.setattr(running, "supervisor_pid", lambda _data: os.getpid())
    monkeypatch.setattr(running, "started_at", lambda _pid: time.time() - 60)


def test_a_start_that_is_not_finished_is_no_supervisor_that_stands_still(begun_a_minute_ago):
    level, text = look_by(running.supervisor)
    assert (level, "is not finished (for 60 s)" in text, "stands still" in text) == (
        WRONG,
        True,
        False,
    )
    # What it is making is not called missing.
    assert look_by(database.database)[0] is FindingLevel.UNKNOWN
    # The sign of one that was killed before it began says nothing of this one.
    alive.Heartbeat("keng").beat()
    _age("keng", 300)
    assert "is not finished" in look_by(running.supervisor)[1]
    alive.Heartbeat("keng").beat()
    assert look_by(running.supervisor) == (OK, f"process {os.getpid()}")
    _age("keng", 50)
    assert "stands still" in look_by(running.supervisor)[1]


def test_a_port_of_a_process_that_a_service_manager_keeps_is_our_own(monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        place = CheckedPlace(Ports(public=taken.getsockname()[1], desk=1, edge=2))
        assert running.ports(place).level is WRONG
        alive.Heartbeat("public").beat()
        found = running.ports(place)
    assert (found.level, "our own public" in found.text) == (OK, True)


def test_a_public_summary_that_is_wanted_and_not_signed_is_told(asks_this_database, monkeypatch):
    LogPace.objects.create(size=64, step=int(minutes_ago(4).timestamp()) // 300)
    monkeypatch.setenv("KENG_SUMMARY_PROVINCE", "24")
    level, said = look_by(record.record)
    assert (level, "no desk of province 24 is here" in said) == (ATTENTION, True)
    make.province_unit()
    level, said = look_by(record.record)
    assert (level, "was not signed yet" in said) == (ATTENTION, True)
    PublicSummary.objects.create(issued_at=minutes_ago(9 * 60))
    level, said = look_by(record.record)
    assert (level, "was signed 9 hours" in said) == (ATTENTION, True), said
    PublicSummary.objects.update(issued_at=minutes_ago(5))
    level, said = look_by(record.record)
    assert (level, "the public summary was signed" in said) == (OK, True)


def test_a_log_that_stands_still_or_that_nobody_cosigns_is_told(asks_this_database, monkeypatch):
    level, said = look_by(record.record)
    assert (level, "begins with" in said) == (OK, True)
    LogPace.objects.create(size=64, step=int(minutes_ago(4).timestamp()) // 300)
    level, said = look_by(record.record)
    assert (level, "no witness is set" in said) == (OK, True)
    monkeypatch.setenv("KENG_LOG_WITNESSES", f"https://a.example a.example+00000000+{'A' * 44}")
    level, said = look_by(record.record)
    assert (level, "a.example has cosigned nothing yet" in said) == (ATTENTION, True)
    standing = WitnessStanding.objects.create(
        witness="a.example", size=64, cosigned_at=minutes_ago(5)
    )
    level, said = look_by(record.record)
    assert (level, "0 entries since are not witnessed" in said) == (OK, True)
    standing.cosigned_at, standing.trouble = minutes_ago(90), "unreachable"
    standing.save()
    level, said = look_by(record.record)
    assert (level, "(unreachable)" in said) == (ATTENTION, True)
    LogPace.objects.update(step=int(minutes_ago(60).timestamp()) // 300)
    level, said = look_by(record.record)
    assert (level, "has not grown" in said) == (ATTENTION, True)
