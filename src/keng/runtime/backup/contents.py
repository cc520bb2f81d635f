"""What of the data folder is in a backup, and what is not: one table, and the database's.

A folder that comes into the data folder one day belongs to one of these two: a test compares them
with what lies there (tests/test_backup_contents.py).
"""

import stat
from collections.abc import Iterator
from pathlib import Path

SAVED: dict[str, str] = {
    "audit": "signed heads of the record",
    "files": "originals, sealed to units, and copies to view",
    "films": "lessons",
    "keys": "the keys of this machine",
    "secrets": "the site's key",
}
"""By the first part of its path, with what it holds."""

LEFT_OUT: dict[str, str] = {
    "backups": "backups, which would hold each other",
    "cards": "pictures to share, made again from what is saved",
    "destroyed": "what was destroyed since must not be as old as the backup",
    "files/waiting": "pictures that wait for their copy: their keys are dropped within the hour",
    "keng.env": "settings of the machine, which a restore is given before it begins",
    "keys/epochs": "wrap keys of epochs, which die on a day of their own: `keng backup epochs`",
    "keys/worker": "keys that are dropped within the hour",
    "logs": "what the processes said",
    "postgres": "files of the database, whose content is saved by pg_dump",
    "restore.unfinished": "the mark of a restore at work",
    "run": "what runs at the moment, and its signs of life",
    "secrets/database": "passwords of a cluster; a new one has its own",
    "static": "made again at every start",
    "uploads": "files of reports that nobody has sent yet",
}
"""The same, or a path below; with why no backup needs it."""

EMPTY_TABLES: dict[str, str] = {
    "accounts_desksession": "who was signed in then has to sign in again",
    "accounts_partnersession": "the same for people of partners",
    "leases_lease": "which process does what, for the next seconds",
    "limits_guesscount": "how many wrong tries at signing in are counted, of the last minutes",
    "limits_limitcount": "how much a network asked for, of the last minutes",
    "limits_limitkey": "the key of ten minutes",
    "limits_spentpuzzle": "which small sums were used, of the last minutes",
    "community_draft": "reports that nobody has sent yet",
    "surveys_draft": "answers that nobody has sent yet",
}
"""Tables that come back without rows, and why. Nothing refers to their rows."""


def is_left_out(name: str) -> bool:
    """By its path below the data folder."""
    parts = name.split("/")
    return any("/".join(parts[: count + 1]) in LEFT_OUT for count in range(len(parts)))


def files_to_save(data: Path) -> Iterator[tuple[str, Path]]:
    """Each file, with its name in the backup; links and sockets are none."""
    yield from _below(data, "")


def _below(folder: Path, prefix: str) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.iterdir()):
        name = f"{prefix}{path.name}"
        # A draft of a file that is just being written.
        if is_left_out(name) or path.name.endswith(".new"):
            continue
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:
            continue
        if stat.S_ISDIR(mode):
            yield from _below(path, f"{name}/")
        elif stat.S_ISREG(mode):
            yield name, path
