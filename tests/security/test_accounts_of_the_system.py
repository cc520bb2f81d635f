"""The product as root starts it: who runs, what they can read, and who owns what they wrote."""

import json
import os
import pwd
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from keng.runtime.ownership import ACCOUNT_FOLDERS, READ_FOLDERS
from keng.runtime.tests.chance import is_nightly
from tests.load.test_a_killed_supervisor import members
from tests.stack import Stack

PROCESSES = ("public", "desk", "edge", "worker", "worker-alarm", "sender", "opener", "zalo_fake")
SECRETS = (
    *("keys/sender.key", "keys/audit.key", "keys/units.keys", "secrets/site.key"),
    *("secrets/database/postgres", "secrets/database/keng_owner", "secrets/database/keng_desk"),
    *("secrets/zalo-fake.json", "logs/keng.log", "postgres/cluster/PG_VERSION"),
)
# As the account, with nothing kept from before: which of these files and processes it can read.
READING = """
import json, os, pwd, sys
account = pwd.getpwnam("keng")
os.initgroups(account.pw_name, account.pw_gid)
os.setresgid(*[account.pw_gid] * 3)
os.setresuid(*[account.pw_uid] * 3)
read = []
for path in json.loads(sys.argv[1]):
    try:
        with open(path, "rb") as file:
            file.read(1)
        read.append(path)
    except OSError:
        pass
print(json.dumps(read))
"""
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root lends accounts")


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(bare=True) as started:
        yield started


def begin_opener(stack: Stack) -> None:
    """Whoever asks has it started; what is asked so is no question, and stays unanswered."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(str(stack.data / "run" / "opener" / "socket"))
    deadline = time.monotonic() + 30
    while True:
        with suppress(KeyError):
            # The program that it becomes last of all: it answers at its socket alone.
            if status(stack.pid("opener"))["Seccomp"] == "2":
                return
        assert time.monotonic() < deadline, "nobody started the opener"
        time.sleep(0.1)


def status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def all_pids(stack: Stack) -> dict[int, str]:
    """Every process of the sites, with the workers of the servers, and its name."""
    begin_opener(stack)
    return {pid: name for name in PROCESSES for pid in members(stack.pid(name))}


def readable(paths: list[str]) -> list[str]:
    answer = subprocess.run(
        [sys.executable, "-c", READING, json.dumps(paths)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found: list[str] = json.loads(answer)
    return found


def test_every_process_runs_as_the_account_and_postgresql_as_another(stack: Stack) -> None:
    ours, postgres = pwd.getpwnam("keng"), pwd.getpwnam("keng-postgres")
    found = all_pids(stack)
    assert sorted(found.values()) == sorted(PROCESSES)
    for pid, name in found.items():
        told = status(pid)
        assert told["Uid"].split() == [str(ours.pw_uid)] * 4, name
        assert told["Gid"].split() == [str(ours.pw_gid)] * 4, name
        assert told["NoNewPrivs"] == "1", name
        assert int(told["CapEff"], 16) == 0, name
        assert told["Umask"] == "0077", name
    assert status(stack.pid("postgres"))["Uid"].split() == [str(postgres.pw_uid)] * 4


def test_none_leaves_a_core_file(stack: Stack) -> None:
    for pid in (*all_pids(stack), stack.pid("postgres")):
        limits = Path(f"/proc/{pid}/limits").read_text().splitlines()
        assert [line.split()[4:6] for line in limits if line.startswith("Max core")] == [["0", "0"]]


def test_whoever_takes_a_site_over_reads_no_key_no_password_and_no_other_process(
    stack: Stack,
) -> None:
    files = [str(stack.data / name) for name in SECRETS]
    assert all(Path(file).exists() for file in files if not file.endswith("keng.log"))
    memory = [f"/proc/{pid}/{name}" for pid in all_pids(stack) for name in ("environ", "mem")]
    # What it works with shows that the question is asked rightly.
    work = stack.data / "uploads" / "work"
    work.write_bytes(b"x")
    os.chown(work, pwd.getpwnam("keng").pw_uid, -1)
    assert readable([*files, *memory, str(work)]) == [str(work)]
    work.unlink()


def test_commands_beside_it_work_and_leave_nothing_of_roots_where_the_account_writes(
    stack: Stack,
) -> None:
    for words in (
        ("doctor",),
        ("keys", "check"),
        ("audit", "verify"),
        ("demo", "code", "lan"),
        ("unit", "list"),
        ("officer", "list"),
        ("channel", "check"),
        ("lookup", "list"),
        ("places", "find", "nenh"),
        ("migrate",),
        ("worker", "--once"),
    ):
        answer = stack.command(*words)
        # A demo has no mailbox and no pager, which the doctor calls to be seen to.
        expected = 2 if words == ("doctor",) else 0
        assert answer.returncode == expected, (words, answer.stdout + answer.stderr)
    said = stack.command("doctor").stdout
    assert "processes as keng, PostgreSQL as keng-postgres, keys and passwords root's" in said
    own = pwd.getpwnam("keng").pw_uid
    for name in ACCOUNT_FOLDERS:
        folder = stack.data / name
        wrong = [path for path in (folder, *folder.rglob("*")) if path.lstat().st_uid != own]
        assert wrong == []
    listed = {path.name for path in stack.data.iterdir()} - {"keys", "run"}
    # Whatever lies beside these is nobody's whom the table of owners names.
    tops = {name.split("/")[0] for name in ACCOUNT_FOLDERS}
    assert listed <= tops | {"keys", "backups", "run", "secrets", "logs", "postgres", *READ_FOLDERS}
    # What a desk's browser runs, no process that strangers talk to can change.
    for name in READ_FOLDERS:
        read = [stack.data / name, *(stack.data / name).rglob("*")]
        assert {path.lstat().st_uid for path in read} == {0}


def test_the_tests_of_starts_keys_and_rights_pass_as_an_ordinary_user_too() -> None:
    runtime, commands = ["accounts_of_the_system", "postgres", "children"], ["keys"]
    if is_nightly():
        runtime += ["supervisor", "roles"]
        commands += ["configuration"]
    files = [f"src/keng/runtime/tests/test_{name}.py" for name in runtime]
    files += [f"src/keng/cli/tests/test_{name}.py" for name in commands]
    answer = subprocess.run(
        [sys.executable, "-m", "tests.as_user", "-q", *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout[-4000:] + answer.stderr[-2000:]
    print(answer.stdout.splitlines()[-1])
