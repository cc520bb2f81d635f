"""What a witness answers to a checkpoint (C2SP tlog-witness): it cosigns what only grew."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from keng.cosigner.witness_folder import WitnessFolder, origin_mark
from keng.merkle.notes import NoteKey, SignedNote, cosignature_line
from keng.merkle.trees import EMPTY_ROOT, is_extended
from keng.merkle.witness_requests import TYPE_OF_SIZE, AddCheckpoint


@dataclass(frozen=True, slots=True)
class WitnessReply:
    """A status and, where it is one that says more, its words."""

    status: HTTPStatus
    body: str = ""
    kind: str = "text/plain; charset=utf-8"


class CosigningWitness:
    """Judges one request after another: what was seen last is compared and replaced in one step."""

    def __init__(self, folder: WitnessFolder, *, clock: Callable[[], float] = time.time) -> None:
        """Whoever calls holds the folder."""
        self._folder = folder
        self._clock = clock
        self._key = folder.signing_key()
        self._one_at_a_time = threading.Lock()

    def add_checkpoint(self, raw: bytes) -> WitnessReply:
        """The cosignature, or why there is none."""
        try:
            asked = AddCheckpoint.read(raw)
        except ValueError:
            return WitnessReply(HTTPStatus.BAD_REQUEST)
        keys = self._folder.known_logs().get(asked.said.origin)
        if keys is None:
            return WitnessReply(HTTPStatus.NOT_FOUND)
        if not _is_signed_by(asked.note, keys):
            return WitnessReply(HTTPStatus.FORBIDDEN)
        if asked.old_size > asked.said.size:
            return WitnessReply(HTTPStatus.BAD_REQUEST)
        with self._one_at_a_time:
            return self._judge(asked)

    def _judge(self, asked: AddCheckpoint) -> WitnessReply:
        origin = asked.said.origin
        last = self._folder.last_checkpoint(origin)
        size, root = (last.size, last.root) if last else (0, EMPTY_ROOT)
        is_another_tree = last and asked.said.size == size and asked.said.root != root
        if asked.old_size != size or is_another_tree:
            return WitnessReply(HTTPStatus.CONFLICT, f"{size}\n", TYPE_OF_SIZE)
        if not is_extended(size, root, asked.said.size, asked.said.root, asked.proof):
            return WitnessReply(HTTPStatus.UNPROCESSABLE_ENTITY)
        text = asked.note.text
        line = cosignature_line(text, self._folder.name, self._key, int(self._clock()))
        if last is None or asked.said.size > size:
            # The same one again, which anybody can send, writes nothing.
            own = [each.line for each in asked.note.signatures if each.name == origin]
            self._folder.keep(origin, f"{text}\n{''.join(own)}{line}")
        return WitnessReply(HTTPStatus.OK, line)

    def last_cosigned(self, mark: str) -> WitnessReply:
        """The last checkpoint of the log with this mark: the hash of its origin in hexadecimals."""
        for origin in self._folder.known_logs():
            if origin_mark(origin) == mark and (note := self._folder.cosigned(origin)):
                return WitnessReply(HTTPStatus.OK, note.written)
        return WitnessReply(HTTPStatus.NOT_FOUND)


def _is_signed_by(note: SignedNote, keys: list[NoteKey]) -> bool:
    return any(note.signature_of(key) for key in keys)
