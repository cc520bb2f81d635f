"""TLS to servers of others: checked as ever, and noted until when their certificates are good.

No provider is asked for its certificate: each connection that is made anyway shows it. What was
seen lies beside the signs of life, a small file for each server, where `keng doctor` and a monitor
find it, whichever process saw it. Nothing here raises but the handshake itself: a note that could
not be written is one that is missing.
"""

import hashlib
import json
import os
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from keng.kit.database import data_folder
from keng.kit.private_files import make_private_folder, private_opener

NotedOwner = Literal["provider", "mail", "witness", "source"]
NOTED_OWNERS: tuple[NotedOwner, ...] = get_args(NotedOwner)
# What was not seen again for so long may have been renewed, or is not asked any more.
NOTE_COUNTS_FOR = 2 * 86400.0
_WRITTEN_AGAIN_AFTER = 3600.0
# Whoever was refused is tried again within minutes, as long as something is to be sent.
_REFUSAL_COUNTS_FOR = 3 * _WRITTEN_AGAIN_AFTER
# Each is an address of the settings or of an account.
_MOST_NOTES = 200


@dataclass(frozen=True, slots=True)
class CertificateNote:
    """What a connection saw of the certificate of one server."""

    owner: NotedOwner
    host: str
    ends: float
    """As seconds since 1970; 0 where it was refused, since nobody reads what is not believed."""
    refused: str = ""
    """Why it was not accepted, in OpenSSL's words."""


def checked_context(owner: NotedOwner) -> ssl.SSLContext:
    """What a client needs to speak to a server of this kind: its certificate has to be in order."""
    context = ssl.create_default_context()
    context.sslsocket_class, context.sslobject_class = _noting_lines(owner)
    return context


@cache
def _noting_lines(owner: NotedOwner) -> tuple[type[ssl.SSLSocket], type[ssl.SSLObject]]:
    """What blocking clients speak over, and what event loops do."""

    class NotedSocket(ssl.SSLSocket):
        def do_handshake(self, block: bool = False) -> None:
            with _noting(self, owner):
                super().do_handshake(block)

    class NotedObject(ssl.SSLObject):
        def do_handshake(self) -> None:
            with _noting(self, owner):
                super().do_handshake()

    return NotedSocket, NotedObject


def certificate_notes() -> list[CertificateNote]:
    """What was seen of late on this machine, the first to end before the others."""
    found = []
    now = time.time()
    with suppress(OSError):
        for file in _folder().iterdir():
            with suppress(OSError, ValueError, TypeError):
                note = CertificateNote(**json.loads(file.read_text()))
                counts_for = _REFUSAL_COUNTS_FOR if note.refused else NOTE_COUNTS_FOR
                # In the future after a clock was set back: as old as it is ahead.
                if abs(now - file.stat().st_mtime) <= counts_for:
                    found.append(note)
    return sorted(found, key=lambda note: (note.ends, note.host))


@contextmanager
def _noting(line: "ssl.SSLSocket | ssl.SSLObject", owner: NotedOwner) -> Iterator[None]:
    """A handshake, and what it showed of the other side."""
    host = str(line.server_hostname or "")
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        _NOTES.keep(CertificateNote(owner, host, 0.0, str(error.verify_message)))
        raise
    if shown := line.getpeercert():
        ends = ssl.cert_time_to_seconds(str(shown["notAfter"]))
        _NOTES.keep(CertificateNote(owner, host, float(ends)))


class _NotesOfProcess:
    """What this process saw, so that a file is written when something is new, and hourly."""

    def __init__(self) -> None:
        self._written: dict[tuple[str, str], tuple[CertificateNote, float]] = {}

    def keep(self, note: CertificateNote) -> None:
        key, now = (note.owner, note.host), time.monotonic()
        before, written_at = self._written.get(key, (None, 0.0))
        if before == note and now - written_at < _WRITTEN_AGAIN_AFTER:
            return
        if before is None and len(self._written) >= _MOST_NOTES:
            return
        with suppress(OSError):
            _write(note)
            self._written[key] = (note, now)


_NOTES = _NotesOfProcess()


def _folder() -> Path:
    return data_folder() / "run" / "certificates"


def _write(note: CertificateNote) -> None:
    place = hashlib.sha256(note.host.encode()).hexdigest()[:16]
    path = _folder() / f"{note.owner}.{place}"
    make_private_folder(path.parent)
    # Few bytes by one call: whoever reads half of them takes it for none.
    descriptor = private_opener(str(path), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    with os.fdopen(descriptor, "w") as file:
        file.write(json.dumps(asdict(note)))
