"""How long certificates are good: the one browsers are shown, and those of servers of our own.

The first is asked of this machine only, the others of the database and of the store of files.
"""

import datetime
import os
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from keng.cli.checks.check import (
    CheckedPlace,
    Finding,
    FindingLevel,
    attention,
    ok,
    unknown,
    wrong,
)
from keng.kit.database import is_external

ATTENTION_DAYS = 14
OFF = "off"
_ANSWERS_WITHIN = 3.0
# PostgreSQL's SSLRequest.
_ASKS_FOR_TLS = bytes.fromhex("0000000804d2162f")


def certificate(place: CheckedPlace) -> Finding:
    """From the file in KENG_CERTIFICATE, else from the proxy that answers on this machine."""
    parts = urlsplit(os.environ.get("KENG_PUBLIC_URL", ""))
    setting = os.environ.get("KENG_CERTIFICATE", "")
    if parts.scheme != "https" or setting == OFF:
        return ok("not looked at (KENG_CERTIFICATE)" if setting == OFF else "none is used")
    host = parts.hostname or ""
    if setting:
        content = Path(setting).read_bytes()
    else:
        try:
            content = _shown_by_the_proxy(host, parts.port or 443)
        except OSError as error:
            return attention(
                f"no proxy shows one on this machine ({type(error).__name__}): name its file in "
                "KENG_CERTIFICATE, or `off` if it lies elsewhere"
            )
    return judge_certificate(content, host, datetime.datetime.now(datetime.UTC))


def judge_certificate(content: bytes, host: str, now: datetime.datetime) -> Finding:
    """What is to be said of a certificate, as PEM (the first one) or as DER."""
    from cryptography import x509  # noqa: PLC0415 -- large, and only needed with TLS

    try:
        is_pem = b"-----BEGIN" in content
        found = (
            x509.load_pem_x509_certificate(content)
            if is_pem
            else x509.load_der_x509_certificate(content)
        )
    except ValueError:
        return wrong("what KENG_CERTIFICATE names is no certificate")
    if not any(_is_name_of(name, host) for name in _names(found)):
        return wrong(f"the certificate is not for {host}: browsers warn, and nobody reports")
    return _judge_end(found, now, "the certificate", "browsers warn, and nobody reports")


def server_certificates(place: CheckedPlace) -> Finding:
    """Those of the database and of the store of files, where either is spoken to over TLS."""
    now = datetime.datetime.now(datetime.UTC)
    found = [
        _judge_server(whose, host, port, shown, now)
        for whose, host, port, shown in (*_database_servers(), *_store_servers())
    ]
    if not found:
        return ok("no server of ours is spoken to over TLS")
    return max(found, key=lambda finding: _WORSE.index(finding.level))


_Shown = Callable[[str, int], bytes]
_WORSE = [FindingLevel.OK, FindingLevel.UNKNOWN, FindingLevel.ATTENTION, FindingLevel.WRONG]


def _judge_server(
    whose: str, host: str, port: int, shown: _Shown, now: datetime.datetime
) -> Finding:
    from cryptography import x509  # noqa: PLC0415 -- as above

    what = f"the certificate of {whose} at {host}"
    try:
        content = shown(host, port)
    except OSError as error:
        # Whether it answers at all has lines of its own.
        return unknown(f"{what} was not shown ({type(error).__name__})")
    if not content:
        return ok(f"{whose} at {host} shows none")
    found = x509.load_der_x509_certificate(content)
    return _judge_end(found, now, what, "no process of ours connects any more")


def _judge_end(found: object, now: datetime.datetime, what: str, means: str) -> Finding:
    from cryptography import x509  # noqa: PLC0415 -- as above

    assert isinstance(found, x509.Certificate)  # noqa: S101 -- tells the type
    left = found.not_valid_after_utc - now
    until = f"{found.not_valid_after_utc:%d.%m.%Y}"
    if left < datetime.timedelta(0) or found.not_valid_before_utc > now:
        return wrong(f"{what} ended on {until}: {means}")
    if left < datetime.timedelta(days=ATTENTION_DAYS):
        return attention(f"{what} ends on {until}, in {left.days} days: renew it")
    return ok(f"good until {until}")


def _database_servers() -> Iterator[tuple[str, str, int, _Shown]]:
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 -- only where there is TLS

    if not is_external():
        return
    parameters = conninfo_to_dict(os.environ["DATABASE_URL"])
    hosts = str(parameters.get("host") or "").split(",")
    ports = str(parameters.get("port") or "5432").split(",")
    if parameters.get("sslmode") == "disable":
        return
    for number, host in enumerate(hosts):
        if host and not host.startswith("/"):
            port = ports[number] if number < len(ports) else ports[-1]
            yield "PostgreSQL", host, int(port or "5432"), _shown_by_postgresql


def _store_servers() -> Iterator[tuple[str, str, int, _Shown]]:
    parts = urlsplit(os.environ.get("KENG_FILES_URL", ""))
    if parts.scheme == "https" and parts.hostname:
        yield "the store of files", parts.hostname, parts.port or 443, _shown_by_server


def _shown_by_postgresql(host: str, port: int) -> bytes:
    """It is asked for TLS by a message of its own protocol; nothing where it has none."""
    with socket.create_connection((host, port), timeout=_ANSWERS_WITHIN) as plain:
        plain.sendall(_ASKS_FOR_TLS)
        if plain.recv(1) != b"S":
            return b""
        return _certificate_over(plain, host)


def _shown_by_server(host: str, port: int) -> bytes:
    with socket.create_connection((host, port), timeout=_ANSWERS_WITHIN) as plain:
        return _certificate_over(plain, host)


def _shown_by_the_proxy(host: str, port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=_ANSWERS_WITHIN) as plain:
        return _certificate_over(plain, host)


def _certificate_over(plain: socket.socket, host: str) -> bytes:
    # Who signed it is the browsers' business: here only its words are read.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with context.wrap_socket(plain, server_hostname=host) as secured:
        return secured.getpeercert(binary_form=True) or b""


def _names(certificate: object) -> list[str]:
    from cryptography import x509  # noqa: PLC0415 -- as above

    assert isinstance(certificate, x509.Certificate)  # noqa: S101 -- tells the type
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
