"""The folder of a witness: its key, the logs it knows, and the last checkpoint of each.

One process at a time writes it. What was cosigned is on the disk before anybody is answered.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nacl.signing import SigningKey

from keng.kit.durable_files import replace_file
from keng.kit.locked_folder import only_writer_of
from keng.kit.private_files import make_private_folder, private_opener
from keng.kit.secrets import read_or_make_key
from keng.merkle.notes import LogCheckpointText, NoteKey, NoteKeyKind, SignedNote


def origin_mark(origin: str) -> str:
    """What a log is called in names of files and addresses."""
    return hashlib.sha256(origin.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class WitnessFolder:
    """Where everything of one witness lies."""

    path: Path
    name: str

    @contextmanager
    def held(self) -> Iterator[None]:
        """As the only writer. Raises FolderInUse."""
        with only_writer_of(self.path):
            yield

    def signing_key(self) -> SigningKey:
        """Made at the first start, and never again where something was cosigned already."""
        file = self.path / "witness.key"
        if not file.exists() and any(self.path.glob("log-*.json")):
            raise FileNotFoundError(file)
        make_private_folder(self.path)
        return SigningKey(read_or_make_key(file))

    def key(self) -> NoteKey:
        """The public half, to be handed to the logs. Raises ValueError for what is no name."""
        public = bytes(self.signing_key().verify_key)
        return NoteKey.read(NoteKey(self.name, NoteKeyKind.COSIGNER, public).written)

    def known_logs(self) -> dict[str, list[NoteKey]]:
        """The keys of each log by its origin. Raises ValueError for a line that is no key."""
        found: dict[str, list[NoteKey]] = {}
        for line in self._lines_of_logs():
            key = NoteKey.read(line)
            if key.kind is not NoteKeyKind.LOG:
                raise ValueError("no key of a log")
            found.setdefault(key.name, []).append(key)
        return found

    def add_log(self, key: NoteKey) -> None:
        """Know a log from now on."""
        if key.written in self._lines_of_logs():
            return
        make_private_folder(self.path)
        with open(self.path / "logs", "a", opener=private_opener) as file:
            file.write(key.written + "\n")

    def _lines_of_logs(self) -> list[str]:
        file = self.path / "logs"
        lines = file.read_text().splitlines() if file.exists() else []
        return [line for line in map(str.strip, lines) if line and not line.startswith("#")]

    def cosigned(self, origin: str) -> SignedNote | None:
        """The last checkpoint that was cosigned, with that cosignature."""
        try:
            kept = json.loads(self._file_of(origin).read_text())
        except FileNotFoundError:
            return None
        return SignedNote.read(kept["note"].encode())

    def last_checkpoint(self, origin: str) -> LogCheckpointText | None:
        """What it said."""
        note = self.cosigned(origin)
        return LogCheckpointText.read(note.text) if note else None

    def keep(self, origin: str, note: str) -> None:
        """Put a checkpoint in the place of the one before it; on the disk when this returns."""
        file = self._file_of(origin)
        replace_file(file, json.dumps({"origin": origin, "note": note}).encode())
        # Everything that was cosigned, to be laid beside what a log says later.
        with open(file.with_suffix(".history"), "a", opener=private_opener) as history:
            history.write(json.dumps(note, ensure_ascii=False) + "\n")

    def _file_of(self, origin: str) -> Path:
        return self.path / f"log-{origin_mark(origin)}.json"
