"""As whom PostgreSQL runs. It refuses root, so root lends it an account that owns nothing else."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keng.cli.errors import CannotContinue


@dataclass(frozen=True)
class Account:
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
            os.chown(path, self.uid, self.gid)

    def closed_parent(self, path: Path) -> Path | None:
        """The topmost folder on the way to `path` that this account may not pass."""
        if self.is_ours:
            return None
        return next((parent for parent in reversed(path.parents) if not self._passes(parent)), None)

    def require_way_to(self, path: Path, *, setting: str) -> None:
        closed = self.closed_parent(path)
        if closed is not None:
            raise CannotContinue(
                f"PostgreSQL runs as {self.name} and may not pass {closed} on its way to {path}. "
                f"Open the folder (chmod o+x {closed}) or choose another with {setting}."
            )

    def _passes(self, folder: Path) -> bool:
        status = folder.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)


def postgres_account() -> Account:
    """Our own account, or for root the one in KENG_PG_USER (nobody unless set)."""
    if os.geteuid() != 0:
        return Account(_own_name(), os.geteuid(), os.getegid(), is_ours=True)
    name = os.environ.get("KENG_PG_USER", "nobody")
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise CannotContinue(f"There is no account {name!r} here; see KENG_PG_USER.") from None
    if entry.pw_uid == 0:
        raise CannotContinue("PostgreSQL never runs as root; name another account in KENG_PG_USER.")
    return Account(name, entry.pw_uid, entry.pw_gid, is_ours=False)


def _own_name() -> str:
    """Containers often run as a bare number, with which PostgreSQL cannot make a cluster."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        raise CannotContinue(
            f"This account (number {os.geteuid()}) has no name on this system, and PostgreSQL "
            "wants one. Add it to /etc/passwd, or set DATABASE_URL to a server of your own."
        ) from None
