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
import threading
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
# One that is accepted right after it came from another server of the same name, or was under way
# before: what stands still because of the first is explained by it.
_REFUSAL_STANDS_FOR = 60.0
# Each is an address of the settings or of an account.
_MOST_NOTES = 200
_DRAFT = ".new"


@dataclass(frozen=True, slots=True)
class CertificateNote:
    """What a connection saw of the certificate of one server."""

    owner: NotedOwner
    host: str
    ends: float
    """As seconds since 1970; 0 where it was refused, since nobody reads what is not believed."""
    refused: str = ""
    """Why it was not accepted, in OpenSSL's words."""
    port: int = 0
    """0 where whoever connects is not told."""


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
    with suppress(OSError):
        for file in _folder().iterdir():
            note, age = _read(file)
            if note is None or file.suffix == _DRAFT:
                continue
            if age <= (_REFUSAL_COUNTS_FOR if note.refused else NOTE_COUNTS_FOR):
                found.append(note)
    return sorted(found, key=lambda note: (note.ends, note.host))


@contextmanager
def _noting(line: "ssl.SSLSocket | ssl.SSLObject", owner: NotedOwner) -> Iterator[None]:
    """A handshake, and what it showed of the other side."""
    host, port = str(line.server_hostname or ""), _port_of(line)
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        _keep(CertificateNote(owner, host, 0.0, str(error.verify_message), port))
        raise
    if shown := line.getpeercert():
        ends = ssl.cert_time_to_seconds(str(shown["notAfter"]))
        _keep(CertificateNote(owner, host, float(ends), port=port))


def _port_of(line: "ssl.SSLSocket | ssl.SSLObject") -> int:
    """Sending and reading of mail may be two servers of one name; an event loop's has no port."""
    with suppress(OSError):
        if isinstance(line, ssl.SSLSocket):
            return int(line.getpeername()[1])
    return 0


def _keep(note: CertificateNote) -> None:
    """In its file, when it says something new, and hourly.

    What this process wrote before tells nothing: others saw the same server since.
    """
    path = _folder() / _file_name(note)
    with suppress(OSError):
        before, age = _read(path)
        if before == note and age < _WRITTEN_AGAIN_AFTER:
            return
        if before and before.refused and not note.refused and age < _REFUSAL_STANDS_FOR:
            return
        if before is None and len(certificate_notes()) >= _MOST_NOTES:
            return
        _write(path, note)


def _folder() -> Path:
    return data_folder() / "run" / "certificates"


def _file_name(note: CertificateNote) -> str:
    place = hashlib.sha256(f"{note.host}:{note.port}".encode()).hexdigest()[:16]
    return f"{note.owner}.{place}"


def _read(path: Path) -> tuple[CertificateNote | None, float]:
    """What the file says, if anything, and how many seconds ago it was written.

    One of the future, after a clock was set back, is as old as it is ahead.
    """
    try:
        note = CertificateNote(**json.loads(path.read_text()))
        return note, abs(time.time() - path.stat().st_mtime)
    except (OSError, ValueError, TypeError):
        return None, 0.0


def _write(path: Path, note: CertificateNote) -> None:
    """Whole or not at all: of two processes that see the same, both write at the same moment."""
    make_private_folder(path.parent)
    draft = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_native_id()}{_DRAFT}")
    descriptor = private_opener(str(draft), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    with os.fdopen(descriptor, "w") as file:
        file.write(json.dumps(asdict(note)))
    # Not synced: after a loss of power the next connection says it again.
    draft.replace(path)
