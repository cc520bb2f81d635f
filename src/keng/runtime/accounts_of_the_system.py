"""Which accounts of the operating system everything runs as.

Started by root, what residents and officers reach runs as one account that owns nothing but the
files it works with, and PostgreSQL, which refuses root, as another. Root alone keeps the keys and
the passwords, watches over the others and runs the commands. Anybody else runs everything as
themselves.
"""

import contextlib
import os
import pwd
import shutil
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keng.runtime.errors import CannotContinue

PROCESSES_SETTING, PROCESSES_NAME = "KENG_ACCOUNT", "keng"
POSTGRES_SETTING, POSTGRES_NAME = "KENG_PG_USER", "keng-postgres"
# What a shell of root may have left out of its path.
_SYSTEM_PROGRAMS = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"
_WAITS_FOR_ANOTHER = 20.0


@dataclass(frozen=True)
class SystemAccount:
    """An account of the operating system, and whether we must change to it."""

    name: str
    uid: int
    gid: int
    is_ours: bool

    def process_options(self) -> dict[str, Any]:
        """What subprocess needs to start a program as this account."""
        if self.is_ours:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        if not self.is_ours:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def closed_parent(self, path: Path) -> Path | None:
        """The topmost folder on the way to `path` that this account may not pass."""
        if self.is_ours:
            return None
        return next((parent for parent in reversed(path.parents) if not self._passes(parent)), None)

    def require_way_to(self, path: Path, *, setting: str) -> None:
        closed = self.closed_parent(path)
        if closed is not None:
            raise CannotContinue(
                f"The account {self.name} may not pass {closed} on its way to {path}. "
                f"Open the folder (chmod o+x {closed}) or choose another with {setting}."
            )

    def _passes(self, folder: Path) -> bool:
        status = folder.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def process_account() -> SystemAccount:
    """Our own account, or for root the one in KENG_ACCOUNT; made where it is missing."""
    if os.geteuid() != 0:
        return _own()
    found = _lent(PROCESSES_SETTING, PROCESSES_NAME)
    postgres = _entry(_name(POSTGRES_SETTING, POSTGRES_NAME))
    if postgres is not None and postgres.pw_uid == found.uid:
        raise CannotContinue(
            f"{PROCESSES_SETTING} and {POSTGRES_SETTING} are both {found.name}: whoever takes over "
            "a site would own the database's files. Name two accounts."
        )
    return found


def postgres_account() -> SystemAccount:
    """Our own account, or for root the one in KENG_PG_USER; made where it is missing."""
    if os.geteuid() != 0:
        return _named_own()
    return _lent(POSTGRES_SETTING, POSTGRES_NAME)


def describe_accounts() -> str:
    """Who runs what, in a line; makes nothing."""
    if os.geteuid() != 0:
        return f"everything runs as {_own().name}, who started it"
    return (
        f"processes as {_name(PROCESSES_SETTING, PROCESSES_NAME)}, PostgreSQL as "
        f"{_name(POSTGRES_SETTING, POSTGRES_NAME)}, keys and passwords root's"
    )


def missing_accounts() -> list[str]:
    """Which of the two is not there yet, in words; makes none."""
    return [
        f"There is no account {_name(setting, default)!r} ({setting}); the next start as root "
        "makes it."
        for setting, default in (
            (PROCESSES_SETTING, PROCESSES_NAME),
            (POSTGRES_SETTING, POSTGRES_NAME),
        )
        if _entry(_name(setting, default)) is None
    ]


def _name(setting: str, default: str) -> str:
    return os.environ.get(setting) or default


def _own() -> SystemAccount:
    uid = os.geteuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = f"number {uid}"
    return SystemAccount(name, uid, os.getegid(), is_ours=True)


def _named_own() -> SystemAccount:
    """Containers often run as a bare number, with which PostgreSQL cannot make a cluster."""
    own = _own()
    if own.name.startswith("number "):
        raise CannotContinue(
            f"This account ({own.name}) has no name on this system, and PostgreSQL wants one. Add "
            "it to /etc/passwd, or set DATABASE_URL to a server of your own."
        )
    return own


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _lent(setting: str, default: str) -> SystemAccount:
    name = _name(setting, default)
    entry = _entry(name)
    if entry is None and name == default:
        entry = _make(name, setting)
    if entry is None:
        raise CannotContinue(f"There is no account {name!r} here; see {setting}.")
    if entry.pw_uid == 0:
        raise CannotContinue(f"Nothing runs as root for long; name another account in {setting}.")
    return SystemAccount(name, entry.pw_uid, entry.pw_gid, is_ours=False)


def _make(name: str, setting: str) -> pwd.struct_passwd:
    """A system account that nobody signs in to. Raises CannotContinue."""
    command, why = _making(name), "neither useradd nor adduser is here"
    until = time.monotonic() + _WAITS_FOR_ANOTHER
    while command is not None:
        answer = subprocess.run(
            command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
        entry = _entry(name)
        if entry is not None:
            if answer.returncode == 0:
                words = " ".join(command)
                print(f"keng: made the system account {name} ({words})", file=sys.stderr)
            return entry
        why = answer.stderr.strip() or f"{command[0]} ended with {answer.returncode}"
        # Somebody else may hold /etc/passwd: another start of ours, most likely.
        if time.monotonic() > until or "lock" not in why:
            break
        time.sleep(0.5)
    raise CannotContinue(
        f"There is no account {name!r}, and it could not be made ({why}). Make it "
        f"(useradd --system --user-group {name}), name another one in {setting}, or start as an "
        "ordinary user."
    )


def _making(name: str) -> list[str] | None:
    """The command that makes a system account with a group of its own."""
    useradd = shutil.which("useradd", path=_SYSTEM_PROGRAMS)
    if useradd is not None:
        return [
            *(useradd, "--system", "--user-group", "--no-create-home"),
            *("--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", name),
        ]
    adduser = shutil.which("adduser", path=_SYSTEM_PROGRAMS)
    if adduser is None:
        return None
    if Path(adduser).resolve().name == "busybox":
        with contextlib.suppress(OSError):
            subprocess.run(["addgroup", "-S", name], check=False, capture_output=True)  # noqa: S607
        return [adduser, "-S", "-D", "-H", "-h", "/nonexistent", "-G", name, name]
    return [adduser, "--system", "--group", "--no-create-home", "--home", "/nonexistent", name]
