"""What connections see of certificates is noted: by each library that speaks TLS, also refused."""

import asyncio
import os
import re
import socket
import ssl
import time
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest
import uvloop

from keng.kit import noted_certificates
from keng.kit.noted_certificates import certificate_notes, checked_context
from keng.kit.own_certificates import CertificateProbe, OwnServer, database_servers
from keng.kit.refused_certificates import refused_certificate
from keng.kit.tests.certificates import CertificateAuthority, https_server

DAY = 86400
PACKAGE = Path(noted_certificates.__file__).parents[1]


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    monkeypatch.setattr(noted_certificates, "_NOTES", noted_certificates._NotesOfProcess())
    return tmp_path


@pytest.fixture
def authority(tmp_path, monkeypatch):
    made = CertificateAuthority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    return made


def by_socket(port):
    with (
        socket.create_connection(("127.0.0.1", port), 10) as plain,
        checked_context("mail").wrap_socket(plain, server_hostname="localhost") as line,
    ):
        line.sendall(b"hello")


async def _ask(port):
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"https://localhost:{port}/", ssl=checked_context("mail")) as answer,
    ):
        await answer.read()


async def _connect(port):
    _reader, writer = await asyncio.open_connection(
        "localhost", port, ssl=checked_context("mail"), family=socket.AF_INET
    )
    writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()


def by_aiohttp(port):
    asyncio.run(_ask(port))


def by_uvloop(port):
    uvloop.run(_connect(port))


WAYS = [by_socket, by_aiohttp, by_uvloop]


@pytest.mark.parametrize("way", WAYS)
def test_the_end_of_a_certificate_is_noted_by_who_connects_anyway(authority, way):
    with https_server(authority.issue("localhost", days=5)) as port:
        way(port)
        way(port)
    (note,) = certificate_notes()
    assert (note.owner, note.host, note.refused) == ("mail", "localhost", "")
    assert note.ends == pytest.approx(time.time() + 5 * DAY, abs=120)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("name", "days", "words"),
    [("localhost", -1, "certificate has expired"), ("other.example", 60, "Hostname mismatch")],
)
def test_one_that_is_refused_is_noted_with_why(authority, way, name, days, words):
    with https_server(authority.issue(name, days=days)) as port:
        with pytest.raises((OSError, aiohttp.ClientError)) as refused:
            way(port)
        assert refused_certificate(refused.value).startswith(words)
    (note,) = certificate_notes()
    assert note.refused.startswith(words)
    with https_server(authority.issue("localhost", days=60)) as port:
        way(port)
    (note,) = certificate_notes()
    assert note.refused == ""


def test_one_of_a_stranger_is_refused_as_ever(authority, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with (
        https_server(authority.issue("localhost", days=60)) as port,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        by_socket(port)


def test_what_was_not_seen_again_does_not_count_for_ever(authority, own_folder):
    with https_server(authority.issue("localhost", days=5)) as port:
        by_socket(port)
    (file,) = (own_folder / "run" / "certificates").iterdir()
    assert "localhost" not in file.name
    os.utime(file, (time.time() - 3 * DAY,) * 2)
    assert certificate_notes() == []
    file.write_text('{"owner": "ma')
    assert certificate_notes() == []


def test_a_fault_that_is_no_certificate_has_no_words():
    assert refused_certificate(ConnectionRefusedError(111, "refused")) == ""
    assert refused_certificate(None) == ""


# -- our own


def known_by(probe):
    """What it finds, waited for."""
    probe.seconds_left()
    probe._looking.join(20)
    return probe.seconds_left()


@pytest.mark.parametrize(
    ("name", "days", "left"),
    [("localhost", 20, 20), ("localhost", -3, -3), ("other.example", 20, None)],
)
def test_a_monitor_is_told_of_our_own_servers_by_their_kind(
    authority, monkeypatch, name, days, left
):
    with https_server(authority.issue(name, days=days)) as port:
        monkeypatch.setenv("KENG_PUBLIC_URL", f"https://localhost:{port}")
        monkeypatch.setenv("KENG_FILES_URL", f"https://localhost:{port}/bucket")
        found = known_by(CertificateProbe("public"))
    assert set(found) == {"site", "store"}
    for seconds in found.values():
        # Another one's is as good as none.
        is_as_told = seconds <= 0 if left is None else abs(seconds - left * DAY) < 120
        assert is_as_told, found


def test_a_monitor_is_told_of_others_what_connections_saw(authority):
    with (
        https_server(authority.issue("localhost", days=-1)) as port,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        by_socket(port)
    assert known_by(CertificateProbe("public")) == {"mail": 0.0}
    with https_server(authority.issue("localhost", days=3)) as port:
        by_socket(port)
    assert known_by(CertificateProbe("public"))["mail"] == pytest.approx(3 * DAY, abs=120)


def test_the_strictest_of_those_who_connect_counts():
    place = "postgresql://keng@db.example:5433,/run/postgresql/keng?sslmode="
    found = list(database_servers([f"{place}require", f"{place}verify-full", f"{place}disable"]))
    assert found == [OwnServer("database", "db.example", 5433)]
    (only,) = database_servers([f"{place}verify-ca"])
    assert (only.is_verified, only.is_verified_by_name) == (True, False)
    assert list(database_servers([f"{place}disable"])) == []


def test_no_client_of_ours_makes_a_context_that_notes_nothing():
    made = re.compile(r"create_default_context\(|SSLContext\(ssl\.PROTOCOL_TLS_CLIENT")
    clients = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if "tests" not in path.parts and "fake" not in path.parts and made.search(path.read_text())
    }
    # The second one believes nothing that it is shown.
    assert clients == {"kit/noted_certificates.py", "kit/own_certificates.py"}
