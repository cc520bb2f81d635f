"""The release before, this version, back, and this one again, while people report."""

import contextlib
import dataclasses
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from types import SimpleNamespace

import pytest

from keng.runtime.postgres import embedded_cluster, running_cluster
from keng.runtime.tests.template import UNSAFE_AND_FAST
from keng.runtime.upgrade_state import release_before
from tests.load.storm import HOOK, Chatters, Post, Sink, Visitors, eventually
from tests.stack import Stack
from tests.stack_database import connect_as_owner
from tests.upgrade.versions import (
    CONTRACTED_TABLE,
    SwitchedPort,
    Version,
    needs_other_packages,
    release_in,
    this_version_in,
)

# One worker for all classes: three start in three times the time.
PROCESSES = ("edge", "public", "desk", "worker", "sender")
REPORTED_TO = ("edge", "public", "worker", "sender")
DELIVERIES = 40
_STATES = """
SELECT d.state, count(*) FROM delivery_delivery d JOIN delivery_dispatch o ON o.id = d.dispatch_id
WHERE o.source_kind = 'storm' GROUP BY 1
"""
SITES = ("edge", "public", "desk")
_TEMPLATE = "import pathlib, sys; from keng.runtime.tests.template import copy_migrated_data as c"


class Province:
    """The processes of a machine, and a port for each site that stays while they change."""

    def __init__(self, fronts):
        self.fronts, self.running = fronts, {}

    def replace(self, version, name):
        """The new one first; then its port; then the other ends in order."""
        new = version.start(name)
        before = self.running.get(name)
        self.running[name] = new
        new.wait_until_ready()
        if name in self.fronts:
            self.fronts[name].lead_to(new.port)
        if before is not None:
            before.end()

    def replace_all(self, version, names=PROCESSES):
        for name in names:
            self.replace(version, name)


class Load:
    """People who write to the account and fill in the form, all the time, a few a second."""

    def __init__(self, stack):
        self.people = [Chatters(stack, at_once=3), Visitors(stack, at_once=1)]
        self._is_over = threading.Event()

    @contextlib.contextmanager
    def going_on(self):
        with self.people[0] as chatters, self.people[1] as visitors:
            feeding = threading.Thread(target=self._feed, args=(chatters, visitors))
            feeding.start()
            try:
                yield self
            finally:
                self._is_over.set()
                feeding.join()

    def _feed(self, chatters, visitors):
        while not self._is_over.wait(0.5):
            if chatters.is_silent:
                chatters.say(3)
            if visitors.is_silent:
                visitors.say(1)

    @property
    def acknowledged(self):
        return [text for each in self.people for text in each.journal.acknowledged]

    @property
    def answers(self):
        return sum((each.journal.answers for each in self.people), Counter())

    def wait_for_more(self):
        """Until each has had an answer to something it said from now on."""
        for each in self.people:
            before = len(each.journal.acknowledged) + 2
            until = time.monotonic() + 60
            while len(each.journal.acknowledged) < before:
                assert time.monotonic() < until, f"nobody answers: {self.answers}"
                time.sleep(0.05)


@dataclasses.dataclass
class Rehearsal:
    """All that is on the stage."""

    old: Version
    new: Version
    province: Province
    load: Load
    post: Post
    sink: Sink
    data: object

    def keep_up(self):
        """Deliveries to carry over what comes next, and answers to everybody who reports."""
        self.post.send(DELIVERIES)
        self.load.wait_for_more()

    def has_sent_all(self):
        states = dict(self.ask(_STATES))
        return set(states) == {"sent"} and states["sent"] == self.post.given

    def ask(self, question):
        with connect_as_owner(self.data) as database:
            return database.execute(question).fetchall()


@pytest.fixture
def rehearsal():
    with contextlib.ExitStack() as ending:
        # Its data come from the release before, as a province has them.
        stack = Stack({"KENG_DRAFTS_NETWORK_LIMIT": "0,1"}, bare=True)
        # That release refuses a setting that it does not know.
        del stack._environment["KENG_ONE_WORKER"]
        ending.callback(shutil.rmtree, stack.folder, ignore_errors=True)
        ending.callback(stack.stop)
        code = release_in(stack.folder / "release")
        if code is None:
            pytest.skip(f"The commit of {release_before().version} is not in this clone.")
        if needs_other_packages(code):
            pytest.skip(f"{release_before().version} needs other packages than are installed.")
        old = Version(code, stack.data, stack.environment)
        made = old.run_python("-c", f"{_TEMPLATE}; c(pathlib.Path(sys.argv[1]))", str(stack.data))
        assert made.returncode == 0, made.stderr
        stack._environment["PYTHONPATH"] = old.environment["PYTHONPATH"]
        stack.start()
        assert stack.stop() == 0, stack.output
        environment = {n: v for n, v in stack.environment.items() if n != "PYTHONPATH"}
        old = Version(code, stack.data, environment)
        new = Version(this_version_in(stack.folder / "new"), stack.data, environment)
        ending.enter_context(running_cluster(embedded_cluster(stack.data, UNSAFE_AND_FAST)))
        fronts = {name: ending.enter_context(SwitchedPort().open()) for name in SITES}
        province = Province(fronts)
        ending.callback(lambda: [each.kill() for each in province.running.values()])
        people = SimpleNamespace(
            ports=[0, 0, fronts["edge"].port],
            public=f"http://localhost:{fronts['public'].port}",
            data=stack.data,
        )
        with provider(stack, fronts["edge"].port):
            sink = Sink(stack)
            post = Post(sink, lambda: connect_as_owner(stack.data))
            with connect_as_owner(stack.data) as database:
                database.execute(
                    "UPDATE delivery_channelaccount SET rate_per_minute = 0 WHERE slug = 'bac-ninh'"
                )
            yield Rehearsal(old, new, province, Load(people), post, sink, stack.data)


@contextlib.contextmanager
def provider(stack, edge):
    """The account at Zalo, which keeps a journal of what it was given."""
    command = [sys.executable, "-m", "keng_dev.demo.fake_providers"]
    settings = ["--settings", str(stack.data / "secrets" / "zalo-fake.json")]
    webhook = ["--webhook", f"http://127.0.0.1:{edge}{HOOK}"]
    with subprocess.Popen(
        [*command, "--port", str(stack.ports[3]), *settings, *webhook],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            eventually(lambda: is_listening(stack.ports[3]), 60, "the provider does not answer")
            yield
        finally:
            process.kill()


def is_listening(port):
    socket.create_connection(("127.0.0.1", port), timeout=1).close()
    return True


def succeeded(done):
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def has_right(rehearsal, role, table, right):
    return rehearsal.ask(f"SELECT has_table_privilege('{role}', '{table}', '{right}')") == [(True,)]


def test_nobody_who_reports_notices_an_upgrade_or_the_way_back(rehearsal):
    old, new, province, load = rehearsal.old, rehearsal.new, rehearsal.province, rehearsal.load
    province.replace_all(old)
    with load.going_on():
        rehearsal.keep_up()
        # Expanded under the release before, whose processes go on.
        assert "works on it too" in succeeded(new.run("migrate"))
        rehearsal.keep_up()
        refused = new.run("migrate", "--contract")
        assert (refused.returncode, "keng_edge" in refused.stderr) == (1, True), refused.stderr
        province.replace_all(new)
        rehearsal.keep_up()
        # Back, without the desk, at which nobody reports.
        province.replace_all(old, REPORTED_TO)
        rehearsal.keep_up()
        assert has_right(rehearsal, "keng_desk", CONTRACTED_TABLE, "SELECT")
        assert has_right(rehearsal, "keng_edge", "tips_rehearsal", "INSERT")
        province.replace_all(new, REPORTED_TO)
        rehearsal.keep_up()
        assert "up to date" in succeeded(new.run("migrate", "--contract"))
        rehearsal.keep_up()
    # Taken in by everything that answered, and nothing else was ever answered.
    assert set(load.answers) == {200}, load.answers
    assert rehearsal.ask("SELECT to_regclass('tips_outworn')") == [(None,)]
    assert not has_right(rehearsal, "keng_desk", CONTRACTED_TABLE, "SELECT")
    tips = Counter(text for (text,) in rehearsal.ask("SELECT text FROM tips_tip"))
    assert {text: tips[text] for text in load.acknowledged} == dict.fromkeys(load.acknowledged, 1)
    eventually(rehearsal.has_sent_all, 60, "deliveries stay open")
    assert set(rehearsal.sink.received().values()) == {1}
    assert len(rehearsal.sink.received()) == rehearsal.post.given
    succeeded(new.run("audit", "verify"))
