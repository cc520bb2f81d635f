"""The commands of the page on backups, as they stand there, save a desk and bring it back whole."""

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import keng
from keng.runtime import ownership
from keng.runtime.postgres import embedded_cluster, running_cluster
from keng.runtime.tests import backed_up
from keng.runtime.tests.template import UNSAFE_AND_FAST, copy_migrated_data, migrated_data
from tests.stack import free_ports

TOP = Path(keng.__file__).parents[2]
PAGE = TOP / "docs" / "operator" / "running.md"
KEYS_ELSEWHERE = ("keys/sender.key", "secrets/site.key")
READY_WITHIN = 180
STOP_WITHIN = 60


@dataclass(frozen=True)
class BackupCommands:
    """What the section of the page says to type, in its order."""

    save_database: str
    save_files: str
    bring_files: str
    bring_database: str

    @property
    def variables(self) -> str:
        """The lines that set what the other commands use."""
        lines = self.save_database.splitlines()
        return "\n".join(line for line in lines if re.match(r"export |\w+=", line))


def commands_of_the_page() -> BackupCommands:
    section = PAGE.read_text().split("\n## Backup\n")[1].split("\n## ")[0]
    blocks = re.findall(r"(?:^ {4,}\S.*\n)+", section, re.MULTILINE)
    return BackupCommands(*map(textwrap.dedent, blocks))


@dataclass(frozen=True)
class Terminal:
    """Where somebody types, beside the folder with the dump and the files."""

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
        path = f"{self.folder}/.venv/bin:{os.environ['PATH']}"
        return kept | {"KENG_DATA": str(self.data), "PATH": path, "PYTHONUNBUFFERED": "1"}

    def type(self, *commands: str) -> str:
        """What they print; each has to end well."""
        return self._run(["bash", "-euc", "\n".join(commands)], self.folder)

    def backed_up(self, word: str, given: str = "") -> str:
        return self._run([sys.executable, "-m", backed_up.__name__, word], TOP, given)

    def _run(self, command: list[str], folder: Path, given: str = "") -> str:
        done = subprocess.run(
            command,
            cwd=folder,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@contextmanager
def serving(terminal: Terminal, *words: str, said: str = "Kẻng is ready"):
    """`make run`, once every site answers; or with `words` what else it starts."""
    ports = ",".join(map(str, free_ports(3)))
    log = terminal.folder / "serve.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "keng.cli", "serve", "--ports", ports, *words],
            env=terminal.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + READY_WITHIN
        while said not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(STOP_WITHIN)


def copy_empty_database(data: Path) -> None:
    """As the first start leaves it; its passwords are those of every copy of the template."""
    subprocess.run(["cp", "-a", str(migrated_data() / "postgres"), str(data)], check=True)


def test_a_backup_brings_a_tip_its_picture_and_the_record_back(open_folder):
    page = commands_of_the_page()
    (open_folder / ".venv").symlink_to(sys.prefix)
    before = Terminal(open_folder, open_folder / "before")
    after = Terminal(open_folder, open_folder / "after")

    copy_migrated_data(before.data)
    with running_cluster(embedded_cluster(before.data, UNSAFE_AND_FAST)):
        passphrase = before.backed_up("write")
        before.type(page.save_database)
        before.type(page.save_files)

    after.type(page.bring_files)
    # The tables that `make run` would make now, which take most of a minute.
    copy_empty_database(after.data)
    for key in KEYS_ELSEWHERE:
        assert not (after.data / key).exists()
        shutil.copy2(before.data / key, after.data / key)
    with serving(after, "--only-database", said="and nothing else"):
        restored = after.type(page.variables, page.bring_database)
        assert "1 messages stand as “not known”" in restored
    with serving(after):
        found = what_the_doctor_finds(after)
        assert "WRONG" not in found, found
        assert json.loads(after.backed_up("read", passphrase)) == backed_up.expected()


def what_the_doctor_finds(terminal: Terminal) -> str:
    """The last of its looks: on a busy machine a process may need a moment to answer one."""
    until = time.monotonic() + READY_WITHIN
    while True:
        # It ends with 2, since a unit that a test made has neither province nor mailbox.
        found: str = terminal.type("keng doctor || test $? -eq 2")
        if "WRONG" not in found or time.monotonic() > until:
            return found
        time.sleep(2)


def test_what_a_backup_leaves_out_is_named():
    """A folder that comes into the data folder one day is saved unless somebody decides."""
    left_out = set(re.findall(r"--exclude=\./(\S+)", commands_of_the_page().save_files))
    folders = {
        *ownership.ACCOUNT_FOLDERS,
        *ownership.PASSED_FOLDERS,
        *ownership.CLOSED_FOLDERS,
        "postgres",
    }
    saved = {name for name in folders if not left_out & {name, name.partition("/")[0]}}
    assert saved == {"audit", "files", "films", "keys", "secrets", "secrets/database"}
