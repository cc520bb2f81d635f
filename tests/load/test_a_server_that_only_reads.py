"""A whole product whose connections all lead to a server that only reads, as after a failover."""

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from keng.kit.database import dsn
from keng.runtime.postgres import embedded_cluster
from keng.runtime.tests.read_only import database_that_only_reads
from tests.load.storm import Journal
from tests.load.web import Browser, Unanswered
from tests.stack import Stack
from tests.stack_database import connect_as_owner

WITHIN = 30
TEXT = "Có người gọi tự xưng ngân hàng, đòi mã OTP."


@contextmanager
def failed_over(stack: Stack) -> Iterator[None]:
    """Whoever connected meanwhile goes on reading only, when another server writes already."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KENG_DATA", str(stack.data))
        patch.delenv("DATABASE_URL", raising=False)
        owner = dsn("owner")
    with database_that_only_reads(owner):
        with embedded_cluster(stack.data).connect("keng") as superuser:
            superuser.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE usename ~ '^keng_' AND usename <> 'keng_owner'"
            )
        yield


def wait_for_health(stack: Stack, status: int) -> None:
    sites = (f"{stack.public}/health/", f"{stack.desk}/health/", f"{stack.edge}/health")
    until = time.monotonic() + WITHIN
    while (answers := [status_of(site) for site in sites]) != [status] * 3:
        assert time.monotonic() < until, answers
        time.sleep(0.1)


def status_of(address: str) -> int:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def test_nobody_reads_of_an_error_and_what_is_sent_again_is_taken_once(quiet_stack: Stack) -> None:
    journal = Journal()
    resident = Browser(quiet_stack.public, journal)
    resident.fill_in(TEXT)
    log = quiet_stack.data / "logs" / "worker-alarm.log"
    seen = len(log.read_text())
    journal.answers.clear()
    with failed_over(quiet_stack):
        for _ in range(3):
            with pytest.raises(Unanswered):
                resident.send()
        assert journal.answers == {503: 3}
        # The desk looks first who it is that signs in.
        assert status_of(f"{quiet_stack.desk}/sign-in/") in {200, 503}
        wait_for_health(quiet_stack, 503)
    wait_for_health(quiet_stack, 200)
    resident.send()
    assert 500 not in journal.answers
    with connect_as_owner(quiet_stack.data) as database:
        count = database.execute("SELECT count(*) FROM tips_tip WHERE text = %s", [TEXT])
        assert count.fetchone() == (1,)
    words = log.read_text()[seen:]
    # Whether a task had something to write in that moment is chance; a lease is always renewed.
    assert "waits for the database" in words or "No lease was renewed" in words
    assert "Traceback" not in words
