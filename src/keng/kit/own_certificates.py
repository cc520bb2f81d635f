"""Until when the certificates of our own servers are good: the site's, PostgreSQL's, the store's.

Each is asked for it as any client is, and believed in nothing else: a certificate that is over is
shown, too. The residents' address is asked of the proxy on this machine alone. `keng doctor` says
what it finds, and one process tells a monitor, by kind of server and without any name.
"""

import datetime
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args
from urllib.parse import urlsplit

from keng.kit.database import DatabaseNotPrepared, Process, dsn, listening_dsn
from keng.kit.noted_certificates import NOTED_OWNERS, certificate_notes

if TYPE_CHECKING:
    from cryptography import x509

OwnServerKind = Literal["site", "database", "store"]
CERTIFICATE_CLASSES: tuple[str, ...] = (*get_args(OwnServerKind), *NOTED_OWNERS)
CERTIFICATE_OFF = "off"
_ANSWERS_WITHIN = 3.0
# PostgreSQL's SSLRequest.
_ASKS_FOR_TLS = bytes.fromhex("0000000804d2162f")
_VERIFIED_BY_NAME, _VERIFIED = "verify-full", "verify-ca"


@dataclass(frozen=True, slots=True)
class OwnServer:
    """One of ours that is spoken to over TLS."""

    kind: OwnServerKind
    host: str
    port: int
    is_verified: bool = True
    """Whether what it shows is looked at before anything is said to it."""
    is_verified_by_name: bool = True

    def shown_certificate(self) -> bytes:
        """As DER; nothing where it has none. Raises OSError where it does not answer."""
        address = "127.0.0.1" if self.kind == "site" else self.host
        with socket.create_connection((address, self.port), timeout=_ANSWERS_WITHIN) as plain:
            if self.kind == "database":
                # It is asked for TLS by a message of its own protocol.
                plain.sendall(_ASKS_FOR_TLS)
                if plain.recv(1) != b"S":
                    return b""
            return _certificate_over(plain, self.host)


def _certificate_over(plain: socket.socket, host: str) -> bytes:
    # Who signed it is the clients' business: here only its words are read.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with context.wrap_socket(plain, server_hostname=host) as secured:
        return secured.getpeercert(binary_form=True) or b""


def public_site() -> OwnServer | None:
    """The residents' address, where it has a certificate that is to be looked at."""
    parts = urlsplit(os.environ.get("KENG_PUBLIC_URL", ""))
    if parts.scheme != "https" or os.environ.get("KENG_CERTIFICATE") == CERTIFICATE_OFF:
        return None
    return OwnServer("site", parts.hostname or "", parts.port or 443)


def site_certificate(site: OwnServer) -> bytes:
    """From the file in KENG_CERTIFICATE, else from the proxy on this machine. Raises OSError."""
    if file := os.environ.get("KENG_CERTIFICATE", ""):
        return Path(file).read_bytes()
    return site.shown_certificate()


def database_servers(connections: Iterable[str]) -> Iterator[OwnServer]:
    """Each that one of these strings names, once; those on sockets show no certificate."""
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 -- only where there is TLS

    found: dict[tuple[str, int], OwnServer] = {}
    for connection in connections:
        parameters = conninfo_to_dict(connection)
        mode = str(parameters.get("sslmode") or "prefer")
        if mode == "disable":
            continue
        hosts = str(parameters.get("host") or "").split(",")
        ports = str(parameters.get("port") or "5432").split(",")
        for number, host in enumerate(hosts):
            if not host or host.startswith("/"):
                continue
            port = int((ports[number] if number < len(ports) else ports[-1]) or "5432")
            by_name = mode == _VERIFIED_BY_NAME
            server = OwnServer("database", host, port, by_name or mode == _VERIFIED, by_name)
            before = found.get((host, port))
            # The strictest of those who connect is who is lost first.
            if before is None or (server.is_verified, by_name) > (
                before.is_verified,
                before.is_verified_by_name,
            ):
                found[host, port] = server
    yield from found.values()


def store_servers() -> Iterator[OwnServer]:
    parts = urlsplit(os.environ.get("KENG_FILES_URL", ""))
    if parts.scheme == "https" and parts.hostname:
        yield OwnServer("store", parts.hostname, parts.port or 443)


def read_certificate(content: bytes) -> "x509.Certificate":
    """As PEM (the first one) or as DER. Raises ValueError."""
    from cryptography import x509  # noqa: PLC0415 -- large, and only needed with TLS

    if b"-----BEGIN" in content:
        return x509.load_pem_x509_certificate(content)
    return x509.load_der_x509_certificate(content)


def is_certificate_of(certificate: "x509.Certificate", host: str) -> bool:
    return any(_is_name_of(name, host) for name in _names(certificate))


def _names(certificate: "x509.Certificate") -> list[str]:
    from cryptography import x509  # noqa: PLC0415 -- as above

    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [*names.get_values_for_type(x509.DNSName)] + [
        str(each) for each in names.get_values_for_type(x509.IPAddress)
    ]


def _is_name_of(name: str, host: str) -> bool:
    name, host = name.lower(), host.lower()
    if name.startswith("*."):
        return host.partition(".")[2] == name[2:]
    return name == host


# -- for a monitor

_LOOKED_EVERY = 600.0
# An answer counts until it should have come anew three times.
_KNOWN_FOR = 3 * _LOOKED_EVERY


class CertificateProbe:
    """Nobody waits for it: whoever asks is told what is known, and a thread looks anew."""

    def __init__(self, process: Process, *, looked_every: float = _LOOKED_EVERY) -> None:
        self._process = process
        self._looked_every = looked_every
        self._lock = threading.Lock()
        self._looking: threading.Thread | None = None
        self._next = 0.0
        self._known: dict[str, tuple[float, float]] = {}

    def seconds_left(self) -> dict[str, float]:
        """Of each kind the first to end; 0 and less where it is over, or was not accepted."""
        self._look_again()
        now, clock = time.time(), time.monotonic()
        found = {
            kind: ends - now
            for kind, (ends, seen_at) in list(self._known.items())
            if clock - seen_at <= _KNOWN_FOR
        }
        for note in certificate_notes():
            if note.refused:
                found[note.owner] = min(found.get(note.owner, 0.0), 0.0)
            elif note.ends > now:
                # What has ended since it was seen may be another one by now.
                found[note.owner] = min(found.get(note.owner, note.ends - now), note.ends - now)
        return found

    def _look_again(self) -> None:
        with self._lock:
            is_looking = self._looking is not None and self._looking.is_alive()
            if is_looking or time.monotonic() < self._next:
                return
            self._next = time.monotonic() + self._looked_every
            self._looking = threading.Thread(target=self._look, name="certificates", daemon=True)
            self._looking.start()

    def _look(self) -> None:
        ends: dict[str, float] = {}
        for server, show in self._servers():
            try:
                content = show()
                certificate = read_certificate(content) if content else None
            except (OSError, ValueError):
                # Whether it answers at all is told elsewhere.
                continue
            if certificate is not None:
                until = _end_of(certificate, server)
                ends[server.kind] = min(ends.get(server.kind, until), until)
        now = time.monotonic()
        self._known |= {kind: (until, now) for kind, until in ends.items()}

    def _servers(self) -> Iterator[tuple[OwnServer, Callable[[], bytes]]]:
        if (site := public_site()) is not None:
            yield site, lambda: site_certificate(site)
        try:
            connections = {dsn(self._process), listening_dsn(self._process)}
        except DatabaseNotPrepared:
            connections = set()
        for server in (*database_servers(connections), *store_servers()):
            yield server, server.shown_certificate


def _end_of(certificate: "x509.Certificate", server: OwnServer) -> float:
    """Another one's counts as over: with either nobody connects."""
    if server.is_verified_by_name and not is_certificate_of(certificate, server.host):
        return 0.0
    if certificate.not_valid_before_utc > datetime.datetime.now(datetime.UTC):
        return 0.0
    return certificate.not_valid_after_utc.timestamp()
