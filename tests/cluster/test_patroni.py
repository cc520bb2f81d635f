"""Patroni's example of the guide: it is accepted, and replaces a primary that dies under load."""

import re
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from keng.runtime.postgres.providers import find_postgres
from keng.runtime.tests.template import copy_migrated_data
from tests.cluster.patroni_database import EXAMPLE, MISSING, PatroniDatabase
from tests.cluster.replicated_database import eventually
from tests.load.storm import Chatters
from tests.stack import Stack

needs_patroni = pytest.mark.skipif(
    bool(MISSING), reason=f"not installed here, so Patroni was not run: {', '.join(MISSING)}"
)
MESSAGES = 600


@pytest.fixture(scope="module")
def database() -> Iterator[PatroniDatabase]:
    with tempfile.TemporaryDirectory(prefix="keng-patroni-") as name:
        folder = Path(name)
        # What root starts runs as another account, which must pass this folder.
        folder.chmod(0o711)
        copy_migrated_data(folder / "migrated")
        database = PatroniDatabase(folder / "migrated", folder)
        with database.running():
            yield database


@needs_patroni
def test_patroni_accepts_the_example(tmp_path: Path) -> None:
    own = tmp_path / "patroni.yml"
    binaries = find_postgres().binaries
    own.write_text(re.sub(r"bin_dir: .*", f"bin_dir: {binaries}", EXAMPLE.read_text()))
    answer = subprocess.run(
        ["patroni", "--validate-config", "--ignore-listen-port", str(own)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (answer.returncode, answer.stdout + answer.stderr) == (0, "")


@needs_patroni
def test_a_primary_that_dies_is_replaced_and_nothing_acknowledged_is_lost(
    database: PatroniDatabase,
) -> None:
    with (
        Stack({"DATABASE_URL": database.url()}) as stack,
        Chatters(stack, at_once=8) as chatters,
    ):
        chatters.say(MESSAGES)
        eventually(lambda: chatters.journal.answers[200] > 100, "nothing is taken")
        former = database.primary()
        killed = time.monotonic()
        database.kill_machine(former)
        time.sleep(1)
        taken = chatters.journal.answers[200]
        eventually(lambda: chatters.journal.answers[200] > taken, "intake does not come back", 90)
        away = time.monotonic() - killed
        assert database.primary() not in {"", former}
    assert len(chatters.journal.acknowledged) == MESSAGES
    with database.connect() as owner:
        rows = owner.execute("SELECT text, count(*) FROM tips_tip GROUP BY 1").fetchall()
    found = Counter({str(text): int(str(count)) for text, count in rows})
    assert {text for text in chatters.journal.acknowledged if found[text] != 1} == set()
    print(f"\nintake answers {away:.1f} s after the kill; {chatters.journal.answers}")
