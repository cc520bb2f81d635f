"""A drill: `keng backup` while messages come in, the machine is lost, `keng restore` elsewhere."""

import contextlib
import http.client
import itertools
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psycopg

import keng
from keng.channels.zalo_oa import signature
from keng.runtime.postgres import embedded_cluster, running_cluster
from keng.runtime.tests import backed_up
from keng.runtime.tests.template import UNSAFE_AND_FAST, copy_migrated_data
from tests.stack import free_ports

TOP = Path(keng.__file__).parents[2]
READY_WITHIN = 60
ACKNOWLEDGED_FIRST = 30
WRAP_KEY = b"w" * 32


@dataclass(frozen=True)
class Machine:
    """A data folder, and who types beside it."""

    folder: Path
    data: Path

    @property
    def environment(self) -> dict[str, str]:
        ours = ("KENG_PG_BINDIR", "KENG_PG_USER", "KENG_ACCOUNT")
        kept = {
            name: value
            for name, value in os.environ.items()
            if name in ours or not name.startswith(("KENG_", "PG", "DJANGO_"))
        }
        return kept | {"KENG_DATA": str(self.data), "PYTHONUNBUFFERED": "1"}

    def keng(self, *words: str, given: str = "", code: int = 0) -> str:
        """What a `keng` command prints; it has to end with this code."""
        return self._run(["-m", "keng.cli", *words], given, code)

    def backed_up(self, word: str, given: str = "") -> str:
        return self._run(["-m", backed_up.__name__, word], given, 0)

    def _run(self, words: list[str], given: str, code: int) -> str:
        done = subprocess.run(
            [sys.executable, *words],
            cwd=TOP,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr


class Writers:
    """They write to the official account, one message after the other."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.acknowledged: list[str] = []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._is_over.set()
        self._thread.join()

    def wait_for(self, count: int) -> None:
        until = time.monotonic() + READY_WITHIN
        while len(self.acknowledged) < count:
            assert time.monotonic() < until
            time.sleep(0.01)

    def _write(self) -> None:
        for number in itertools.count():
            if self._is_over.is_set():
                return
            name = f"m{number}"
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self._post(name, number) == 200:
                    self.acknowledged.append(name)

    def _post(self, name: str, number: int) -> int:
        secrets = backed_up.SECRETS
        stamp = str(int(time.time() * 1000))
        body = {
            "app_id": secrets["app_id"],
            "sender": {"id": f"9000{number:06d}"},
            "recipient": {"id": secrets["oa_id"]},
            "event_name": "user_send_text",
            "message": {"text": f"Có người lạ đứng trước ngõ, lần {number}", "msg_id": name},
            "timestamp": stamp,
        }
        raw = json.dumps(body, ensure_ascii=False).encode()
        mark = signature.sign_call(
            raw, first=secrets["app_id"], timestamp=stamp, key=secrets["oa_secret_key"]
        )
        headers = {signature.ZALO_SIGNATURE_HEADER: mark, "content-type": "application/json"}
        caller = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            caller.request("POST", f"/hooks/zalo_oa/{backed_up.ACCOUNT}", raw, headers)
            return caller.getresponse().status
        finally:
            caller.close()


@contextlib.contextmanager
def edge_of(machine: Machine):
    ports = free_ports(3)
    process = subprocess.Popen(
        [sys.executable, "-m", "keng.cli", "edge", "--ports", ",".join(map(str, ports))],
        env=machine.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield ports[2]
    finally:
        # The machine is lost: nobody stops in order.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def rows_in(machine: Machine, query: str) -> list[tuple]:
    """What its database answers its owner."""
    place = json.loads((machine.data / "postgres" / "connection.json").read_text())
    password = (machine.data / "secrets" / "database" / "keng_owner").read_text()
    with psycopg.connect(
        host=place["host"], dbname=place["name"], user="keng_owner", password=password
    ) as connection:
        return connection.execute(query).fetchall()


def a_unit_key_of(machine: Machine) -> str:
    """The id of one, by which its wrap key is named."""
    return str(rows_in(machine, "SELECT id FROM vault_unitkey LIMIT 1")[0][0])


def messages_in(machine: Machine) -> set[str]:
    """By the words of each, what the edge wrote down."""
    rows = rows_in(machine, "SELECT text FROM delivery_inbound WHERE kind = 'text'")
    return {f"m{text.rpartition(' ')[2]}" for (text,) in rows}


def test_a_machine_that_is_lost_comes_back_from_its_backup_and_nothing_of_what_was_destroyed(
    open_folder,
):
    before = Machine(open_folder, open_folder / "before")
    after = Machine(open_folder, open_folder / "after")
    carried_away = open_folder / "stick" / "keng.key"
    copy_migrated_data(before.data)
    with running_cluster(embedded_cluster(before.data, UNSAFE_AND_FAST)):
        units_passphrase = before.backed_up("write")
        said = before.keng("backup", "key", str(carried_away))
        passphrase = re.search(r"(?:[a-z0-9]{4}-){9}[a-z0-9]{4}", said)[0]
        with edge_of(before) as port, Writers(port) as writers:
            writers.wait_for(ACKNOWLEDGED_FIRST)
            acknowledged = set(writers.acknowledged)
            wrap_key = before.data / "keys" / "epochs" / a_unit_key_of(before)
            wrap_key.parent.mkdir(mode=0o700, exist_ok=True)
            wrap_key.write_bytes(WRAP_KEY)
            said = before.keng("backup")
            assert "read again and found whole" in said
            assert len(writers.acknowledged) > len(acknowledged), "nothing came in meanwhile"
        before.backed_up("change")
        # Lists what was destroyed, in the process that does it all day.
        before.keng("worker", "--once")
    (backup,) = (before.data / "backups").glob("*.backup")
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    saved = shutil.copy2(backup, open_folder / backup.name)
    lists = shutil.copytree(before.data / "destroyed", open_folder / "destroyed")
    witnessed = shutil.copytree(before.data / "audit", open_folder / "witnessed")
    epochs = shutil.copytree(before.data / "backups" / "epochs", open_folder / "epochs")
    shutil.rmtree(before.data)

    carried = ("--key", str(carried_away), "--destroyed", str(lists))
    restore = ("restore", str(saved), *carried)
    said = after.keng(*restore, given="a wrong one\n", code=1)
    assert "does not open" in said
    assert not after.data.exists()
    said = after.keng(*restore, "--epochs", str(epochs), given=f"{passphrase}\n")
    assert int(re.search(r"(\d+) messages stand as “not known”", said)[1]) > 0
    for words in (
        "The last report in it came",
        "1 reports that were taken back are empty again",
        "1 subscriptions are stopped again",
        "1 officers' accounts are closed again",
        "1 leads' links were replaced",
        "1 wrap keys of epochs are back",
        "/log/restored-20",
    ):
        assert words in said
    said = after.keng(*restore, given=f"{passphrase}\n", code=1)
    assert "is not empty" in said
    # The wrap keys come back alone as well, where they were forgotten or lost.
    brought_back = after.data / "keys" / "epochs" / wrap_key.name
    assert brought_back.read_bytes() == WRAP_KEY
    brought_back.unlink()
    after.keng("restore", *carried[:2], "--epochs", str(epochs), given=f"{passphrase}\n")
    assert brought_back.read_bytes() == WRAP_KEY
    with running_cluster(embedded_cluster(after.data, UNSAFE_AND_FAST)):
        assert acknowledged <= messages_in(after)
        assert json.loads(after.backed_up("read", units_passphrase)) == backed_up.EXPECTED
        # What was signed after the backup is missing, and the record says why.
        said = after.keng("audit", "verify", "--heads", str(witnessed), code=2)
        assert re.search(r"\d+ entries: \d+ heads lost with a restore\n", said), said
        # It starts: what was on its way is settled.
        after.keng("prepare")


def test_where_nothing_is_installed_nothing_is_saved(open_folder):
    machine = Machine(open_folder, open_folder / "data")
    assert "no installation" in machine.keng("backup", code=1)
