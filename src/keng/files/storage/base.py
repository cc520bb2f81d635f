"""What a place for files does, whichever it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file as a list names it."""

    name: str
    """Below the data folder, such as `files/viewing/…`: what a row keeps."""
    size: int
    changed_at: float
    """In seconds, by the clock of the place."""
    tag: str = ""
    """Another one whenever the content is; empty where the place knows none."""


class FileStorage(Protocol):
    """Every method but `listed` is whole or not done at all, and may be done again.

    All raise keng.kit.storage_away.StorageAway where the place does not answer.
    """

    def put(self, name: str, content: bytes) -> None:
        """Keep it, in the place of what had this name; once this returns it lasts."""

    def read(self, name: str) -> bytes:
        """Raises FileNotFoundError."""

    def read_head(self, name: str, size: int) -> bytes:
        """The first bytes alone. Raises FileNotFoundError."""

    def size(self, name: str) -> int | None:
        """None where it is not there."""

    def delete(self, name: str) -> None:
        """For good; one that is gone already is fine."""

    def listed(self, folder: str) -> Iterator[StoredFile]:
        """What lies in a folder; drafts of files being written are not among it."""
