"""The demo leaves nothing in real data, and its own data stay whole under the owner's commands."""

import os
import subprocess
import sys

import pytest

from keng.runtime.postgres import embedded_cluster
from keng.runtime.tests.template import UNSAFE_AND_FAST, copy_migrated_data
from tests.stack import free_ports

BEGIN = """
from keng.runtime.environment import start_django
start_django()
from keng.runtime.known_keys import claim_installation
from tests import make
claim_installation(is_demo={is_demo})
make.officer(unit=make.province_unit())
"""
MAY_WRITE = "SELECT has_table_privilege('keng_public', 'demo_phonemessage', 'INSERT')"


@pytest.fixture
def cluster(open_folder):
    """All tables of the product, and nobody in them."""
    copy_migrated_data(open_folder / "data")
    made = embedded_cluster(open_folder / "data", UNSAFE_AND_FAST)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def run(cluster):
    """A command in its own process; its exit code and what it said."""
    foreign = {name for name in os.environ if name.startswith("KENG_")} | {"DATABASE_URL"}
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    own = {
        name: os.environ[name]
        for name in ("KENG_PG_BINDIR", "KENG_PG_USER", "KENG_ACCOUNT")
        if name in os.environ
    }

    def run(*words, demo=""):
        answer = subprocess.run(
            [sys.executable, *words],
            env=kept | own | {"KENG_DATA": str(cluster.data), "KENG_DEMO": demo},
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in answer.stderr
        return answer.returncode, answer.stdout + answer.stderr

    return run


def fetch_value(cluster, question):
    with cluster.connect("keng") as connection:
        return connection.execute(question).fetchone()[0]


def test_nothing_of_the_demo_comes_into_real_data(cluster, run):
    assert run("-c", BEGIN.format(is_demo=False)) == (0, "")
    code, said = run("-m", "keng.cli", "migrate", demo="1")
    assert (code, "are your own" in said) == (1, True), said
    code, said = run("-m", "keng.cli", "demo", "code", "somebody")
    assert (code, "nobody's digits" in said) == (1, True)
    assert run("-m", "keng.cli", "migrate")[0] == 0
    ports = ",".join(map(str, free_ports(4)))
    code, said = run("-m", "keng.cli", "demo", "--small", "--ports", ports)
    assert (code, "are your own" in said) == (1, True), said
    # A start that is refused stops the database again.
    cluster.start()
    assert fetch_value(cluster, "SELECT to_regclass('demo_phonemessage')") is None
    assert fetch_value(cluster, "SELECT count(*) FROM django_migrations WHERE app = 'demo'") == 0


def test_who_migrates_a_demo_by_hand_takes_nothing_from_it(cluster, run):
    assert run("-c", BEGIN.format(is_demo=True)) == (0, "")
    for _again in range(2):
        assert run("-m", "keng.cli", "migrate") == (0, "The database is up to date.\n")
        assert fetch_value(cluster, MAY_WRITE) is True


def test_real_data_of_a_version_that_had_its_table_go_on_without_it(cluster, run):
    """Every installation had it once: empty, and now nobody's."""
    assert run("-m", "keng.cli", "migrate", demo="1")[0] == 0
    assert fetch_value(cluster, MAY_WRITE) is True
    assert run("-c", BEGIN.format(is_demo=False)) == (0, "")
    assert run("-m", "keng.cli", "migrate")[0] == 0
    assert fetch_value(cluster, MAY_WRITE) is False
    _code, said = run("-m", "keng.cli", "doctor", "--ports", ",".join(map(str, free_ports(4))))
    assert "all applied" in said
