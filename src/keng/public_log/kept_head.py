"""How far the log has grown, in a file beside the database: an older database is noticed by it.

A database of a backup knows nothing of the checkpoints that were signed since. Growing it would
sign another log under the same name, which every witness takes for a fraud.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from keng.audit.heads import export_folder
from keng.kit.durable_files import replace_file

# More leaves than any log has.
_ENDED = 2**63 - 1
_PREFIX, _SUFFIX = "log-", ".size"


class LogIsBehind(Exception):
    """The database has a shorter log than was signed already, or came out of a backup."""


@dataclass(frozen=True, slots=True)
class KeptLogHead:
    """The file of one log, by its origin."""

    file: Path

    @classmethod
    def of_origin(cls, origin: str) -> "KeptLogHead":
        """A log with another origin is another log, and has a file of its own."""
        mark = hashlib.sha256(origin.encode()).hexdigest()[:16]
        return cls(export_folder() / f"{_PREFIX}{mark}{_SUFFIX}")

    def size(self) -> int:
        """What was signed last; 0 where nothing was, or the file is gone."""
        try:
            return int(self.file.read_text())
        except (FileNotFoundError, ValueError):
            return 0

    def require_reached(self, size: int) -> None:
        """Raises LogIsBehind."""
        if self.size() == _ENDED:
            raise LogIsBehind("a backup was restored, so nothing more is signed under this name")
        if size < self.size():
            raise LogIsBehind(f"{size} leaves in the database, {self.size()} were signed")

    def end(self) -> None:
        """Nothing is signed under this name any more: a restored database would fork the log."""
        self.keep(_ENDED)

    def keep(self, size: int) -> None:
        """After the commit: a file that is a step behind stops nobody."""
        replace_file(self.file, str(size).encode())


def signs_under_another_name(origin: str) -> bool:
    """Whether nothing was signed under this name, and something under one that goes on."""
    if KeptLogHead.of_origin(origin).size():
        return False
    others = export_folder().glob(f"{_PREFIX}*{_SUFFIX}")
    return any(0 < KeptLogHead(file).size() < _ENDED for file in others)
