"""A real standby of a primary that desk and worker read: what is read there, and what never is."""

import datetime
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from django.db import InternalError, connections
from django.db.utils import load_backend
from django.test import Client

from keng.accounts.sessions import SessionStore
from keng.accounts.sight import in_sight_of
from keng.cli.checks import database as checks
from keng.cli.checks.check import FindingLevel
from keng.conftest import sign_in
from keng.incidents import wave_acts
from keng.kit import replica as reading
from keng.kit.database import REPLICA_ALIAS, REPLICA_SETTING, django_database, replica_database
from keng.kit.replica import read_replica
from keng.kit.replica_state import ReplicaFault, replica_state
from keng.runtime.database_metrics import QUESTIONS
from keng.runtime.postgres import embedded_cluster
from keng.runtime.tests.template import UNSAFE_AND_FAST, copy_migrated_data
from keng.tips.models import Tip, TipConcern
from tests import make

NOW = datetime.datetime(2026, 5, 1, 10, 0, 30, tzinfo=datetime.UTC)


class Pair:
    """A primary, its standby, and a connection of Django's to either as each process has it."""

    def __init__(self, folder):
        copy_migrated_data(folder / "one")
        subprocess.run(["cp", "-a", str(folder / "one"), str(folder / "two")], check=True)
        self.primary = embedded_cluster(folder / "one", settings=UNSAFE_AND_FAST)
        self.standby = embedded_cluster(folder / "two", settings=UNSAFE_AND_FAST)
        password = (folder / "one/secrets/database/postgres").read_text().strip()
        sockets = self.primary._sockets()
        self.standby.settings = UNSAFE_AND_FAST | {
            "primary_conninfo": f"host={sockets} user=postgres password={password}"
        }
        self.data = folder / "one"
        self.url = f"postgresql:///keng?host={self.standby._sockets()}"

    def start(self):
        self.primary.start()
        signal = self.standby.folder / "standby.signal"
        signal.touch()
        self.standby.account.give(signal)
        self.standby.start()

    def as_process(self, process):
        """The connections of this thread are those of the process from now on."""
        usual = connections["default"].settings_dict
        entries = {"default": django_database(process), **replica_database(process)}
        made = {}
        for alias, entry in entries.items():
            backend = load_backend(entry["ENGINE"])
            made[alias] = backend.DatabaseWrapper(usual | entry, alias)
        for old in connections.all(initialized_only=True):
            if old.alias in self.opened:
                old.close()
        self.opened = set(made)
        for alias, wrapper in made.items():
            connections[alias] = wrapper
            connections.settings[alias] = wrapper.settings_dict

    opened: set[str] = set()

    def ask_standby(self, sql):
        with self.standby.connect() as superuser:
            superuser.autocommit = True
            row = superuser.execute(sql).fetchone()
            return row and row[0]

    def catch_up(self):
        with self.primary.connect() as superuser:
            (position,) = superuser.execute("SELECT pg_current_wal_insert_lsn()::text").fetchone()
        until = time.monotonic() + 30
        while not self.ask_standby(f"SELECT pg_last_wal_replay_lsn() >= '{position}'::pg_lsn"):
            assert time.monotonic() < until
            time.sleep(0.02)


@pytest.fixture(scope="module")
def started(django_db_setup, django_db_blocker):
    folder = Path(tempfile.mkdtemp(prefix="keng-replica-"))
    folder.chmod(0o711)
    pair = Pair(folder)
    known = dict(connections.settings)
    own = connections["default"]
    try:
        pair.start()
        with django_db_blocker.unblock():
            yield pair
    finally:
        for alias in pair.opened:
            connections[alias].close()
        connections["default"] = own
        connections.settings.clear()
        connections.settings.update(known)
        pair.standby.stop()
        pair.primary.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def pair(started, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(started.data))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv(REPLICA_SETTING, started.url)
    monkeypatch.setattr(reading, "_left_alone_until", 0.0)
    started.as_process("owner")
    yield started
    if started.standby.pid is not None and started.ask_standby("SELECT pg_is_in_recovery()"):
        started.ask_standby("SELECT pg_wal_replay_resume()")


@pytest.fixture
def desks(pair):
    """Two desks of one province, an officer of the first, and four tips of which two are theirs."""
    province = make.province_unit()
    own, other = make.unit(parent=province), make.unit(parent=province)
    make.tip(unit=own)
    make.tip(unit=own)
    make.tip(unit=own, concerns=(own,))
    make.tip(unit=other)
    return SimpleNamespace(own=own, officer=make.officer(unit=own))


def signed_in_session(officer):
    client = sign_in(Client(), officer)
    return client, SessionStore(client.session.session_key)


def count_of(answer):
    return answer.value, answer.as_of is not None


def test_a_desk_sees_there_what_it_may_and_no_more(pair, desks):
    _client, session = signed_in_session(desks.officer)
    pair.catch_up()
    pair.ask_standby("SELECT pg_wal_replay_pause()")
    make.tip(unit=desks.own)
    pair.as_process("desk")
    with in_sight_of(session, "GET", "dashboard"):
        # The fifth one is not there yet, by which we know who answered; those of others never are.
        assert count_of(read_replica(Tip.objects.count)) == (3, True)
        assert Tip.objects.count() == 4
    with in_sight_of(session, "GET", "tip"):
        # A page of words has nothing about their own unit, there as here.
        assert count_of(read_replica(Tip.objects.count)) == (2, True)
        assert Tip.objects.count() == 3
    # Nobody looks: nothing is there, in either place.
    assert read_replica(Tip.objects.count).value == Tip.objects.count() == 0


def test_nothing_is_written_there(pair, desks):
    pair.catch_up()
    pair.as_process("worker")
    assert read_replica(Tip.objects.count).as_of
    with pytest.raises(InternalError, match="read-only"):
        read_replica(lambda: Tip.objects.update(text=""))


def test_who_has_just_signed_in_is_answered_by_the_primary(pair, desks):
    pair.catch_up()
    pair.ask_standby("SELECT pg_wal_replay_pause()")
    _client, session = signed_in_session(desks.officer)
    pair.as_process("desk")
    with in_sight_of(session, "GET", "dashboard"):
        assert count_of(read_replica(Tip.objects.count)) == (3, False)


def test_one_that_is_too_far_behind_is_not_read(pair, desks, settings):
    pair.catch_up()
    pair.ask_standby("SELECT pg_wal_replay_pause()")
    before = Tip.objects.count()
    make.tip(unit=desks.own)
    pair.as_process("worker")
    assert count_of(read_replica(Tip.objects.count)) == (before, True)
    settings.REPLICA_BEHIND_SECONDS = 0.01
    assert count_of(read_replica(Tip.objects.count)) == (before + 1, False)


def test_a_question_that_loses_its_replica_is_asked_of_the_primary(pair, desks):
    pair.catch_up()
    pair.as_process("worker")
    ended = []

    def count():
        found = Tip.objects.count()
        if not ended:
            ended.append(found)
            pair.ask_standby(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE usename = 'keng_worker'"
            )
            Tip.objects.count()
        return found

    assert count_of(read_replica(count)) == (ended[0], False)
    # The next one has a connection again.
    assert read_replica(Tip.objects.count).as_of


@pytest.mark.parametrize("page", ["/figures/", "/figures/year/", "/tips/waves/"])
def test_a_page_says_as_of_when_its_figures_are(pair, desks, settings, page):
    settings.ROOT_URLCONF, settings.MIDDLEWARE = "keng.site.desk_urls", settings.DESK_MIDDLEWARE
    officer = make.officer(unit=desks.own.parent, role="coordinator")
    client, _session = signed_in_session(officer)
    pair.catch_up()
    pair.as_process("desk")
    assert "Tính đến" in client.get(page).content.decode()
    pair.as_process("desk")
    del connections.settings[REPLICA_ALIAS]
    assert "Tính đến" not in client.get(page).content.decode()


def test_a_report_says_so_too_and_is_signed_of_the_primary(pair, desks, settings):
    settings.ROOT_URLCONF, settings.MIDDLEWARE = "keng.site.desk_urls", settings.DESK_MIDDLEWARE
    officer = make.officer(unit=desks.own, role="commander")
    client, _session = signed_in_session(officer)
    pair.catch_up()
    pair.as_process("desk")
    address = f"/figures/reports/draft/?unit={desks.own.pk}&span=2026-04"
    assert "Tính đến" in client.get(address).content.decode()
    assert "Tính đến" not in client.post(address, {}).content.decode()


def test_waves_keep_no_tip_that_turned_out_to_be_about_a_desk_since(pair, desks):
    phone = make.indicator()
    tips = [make.tip(unit=desks.own, category="scam_bank") for _each in range(6)]
    for tip in tips:
        tip.examined_at = tip.received_at
        tip.save()
        make.sighting(tip, indicator=phone)
    pair.catch_up()
    pair.ask_standby("SELECT pg_wal_replay_pause()")
    for tip in tips:
        TipConcern.objects.create(tip=tip, unit=desks.own)
    pair.as_process("worker")
    province, now = desks.own.parent, datetime.datetime.now(datetime.UTC)
    risen = read_replica(lambda: wave_acts._look_over(province, now))
    assert risen.as_of
    assert {tip.pk for tip in tips} <= {pk for sign in risen.value.signs for pk in sign.tips}
    there = wave_acts._without_gone_tips(risen.value)
    assert not {tip.pk for tip in tips} & {pk for part in there for x in part for pk in x.tips}


def test_doctor_and_metrics_say_whether_it_is_read(pair, desks):
    pair.catch_up()
    assert checks.replica(None).level is FindingLevel.OK
    pair.as_process("worker")
    (replica,) = [each for each in QUESTIONS if each.name == "replica"]
    assert {name: value for name, _labels, value in replica.ask()}["keng_replica_read"] == 1
    pair.standby.stop()
    try:
        found = checks.replica(None)
        assert (found.level, "primary answers" in found.text) == (FindingLevel.ATTENTION, True)
        assert replica.ask() == [("keng_replica_read", (), 0.0)]
        assert count_of(read_replica(Tip.objects.count))[1] is False
        # For a while nobody tries it, so that no page waits for it.
        assert time.monotonic() < reading._left_alone_until
    finally:
        pair.standby.start()


def test_the_primary_itself_is_no_replica(pair, desks, monkeypatch):
    monkeypatch.setenv(REPLICA_SETTING, f"postgresql:///keng?host={pair.primary._sockets()}")
    assert checks.replica(None).level is FindingLevel.WRONG
    pair.as_process("worker")
    assert read_replica(Tip.objects.count).as_of is None


class Server:
    """A server that answers what it is asked."""

    def __init__(self, *row):
        self._row = row

    def execute(self, sql, values=()):
        assert "pg_control_system" in sql

    def fetchone(self):
        return self._row


@pytest.mark.parametrize(
    ("standby", "fault", "as_of"),
    [
        ((True, "7", "keng", True, NOW), None, NOW),
        ((True, "7", "keng", False, NOW - datetime.timedelta(seconds=9)), None, 9),
        ((True, "8", "keng", True, NOW), ReplicaFault.OTHER_SERVER, None),
        ((True, "7", "other", True, NOW), ReplicaFault.OTHER_DATABASE, None),
        ((False, "7", "keng", True, NOW), ReplicaFault.NO_STANDBY, None),
        ((True, "7", "keng", True, None), ReplicaFault.TOO_FAR_BEHIND, None),
        # All that the primary has, and no commit of the last minute: it follows another one.
        (
            (True, "7", "keng", True, NOW - datetime.timedelta(seconds=60)),
            ReplicaFault.TOO_FAR_BEHIND,
            60,
        ),
    ],
)
def test_which_standby_is_read_and_as_of_when(standby, fault, as_of):
    found = replica_state(Server(NOW, "7", "keng", "0/1"), Server(*standby), most_behind=30)
    if isinstance(as_of, int):
        as_of = NOW - datetime.timedelta(seconds=as_of)
    assert (found.fault, found.as_of) == (fault, as_of)


def test_a_primary_that_was_replaced_has_no_replica():
    old = Server(NOW, "7", "keng", None)
    found = replica_state(old, Server(True, "7", "keng", True, NOW), most_behind=30)
    assert found.fault is ReplicaFault.NO_STANDBY


def test_the_string_of_the_replica_only_reads(pair):
    with psycopg.connect(**_parameters(replica_database("desk")[REPLICA_ALIAS])) as opened:
        row = opened.execute(
            "SELECT current_user, current_setting('default_transaction_read_only'),"
            " current_setting('transaction_isolation'), current_setting('statement_timeout')"
        ).fetchone()
    assert row == ("keng_desk", "on", "repeatable read", "20s")
    assert replica_database("public") == replica_database("owner") == {}


def _parameters(entry):
    names = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password"}
    known = {names[key]: entry[key] for key in names if entry[key]}
    return known | {"dbname": entry["NAME"]} | entry["OPTIONS"]
