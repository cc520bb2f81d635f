"""A certificate is over, or another one's: nothing is lost, all of it waits, and it is said whose.

Certificates are made with dates of the past by an authority of the test; no clock is touched.
"""

import os
import re
import signal
import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from keng.kit.tests.certificates import CertificateAuthority, CertificateFiles
from tests.cluster.machines import (
    NGINX,
    PGBOUNCER,
    Installation,
    Machine,
    Program,
    storm_groups,
    storm_states,
)
from tests.cluster.test_clocks import ChatterOfMachine, tips_of
from tests.cluster.test_provider_away import is_stopped, let_a_day_pass
from tests.load.storm import Post, Sink, eventually
from tests.stack import free_ports

TEXT = "Có người lạ gõ cửa, chứng chỉ hết hạn, thứ {number} trong ngày"
DELIVERIES = 30
GOOD = ("localhost", 60.0)
OVER = ("localhost", -1.0)
OF_ANOTHER = ("other.example", 60.0)


class PresentedCertificate:
    """What a server shows, and who signed it; both for every account to read."""

    def __init__(self, folder: Path) -> None:
        self._authority = CertificateAuthority(folder)
        self.trusted = self._authority.certificate
        self.files = self.show(GOOD)
        self.trusted.chmod(0o644)

    def show(self, certificate: tuple[str, float]) -> CertificateFiles:
        name, days = certificate
        files = self._authority.issue(name, days=days)
        for file in files:
            file.chmod(0o644)
        return files


@pytest.fixture
def presented(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> PresentedCertificate:
    folder = installation.folder / tmp_path_factory.mktemp("certificates").name
    folder.mkdir(mode=0o711)
    return PresentedCertificate(folder)


@contextmanager
def server_with_tls(
    installation: Installation, presented: PresentedCertificate
) -> Iterator[tuple[Program, int]]:
    """A server of the database that speaks TLS: pgbouncer, which gives each client its own line."""
    assert PGBOUNCER is not None
    (port,) = free_ports(1)
    member = installation.database.members[installation.database.primary]
    folder = presented.trusted.parent
    password = _password(installation.machines[0], "keng_edge")
    (folder / "users").write_text(f'"keng_edge" "{password}"\n')
    (folder / "tls.ini").write_text(
        f"[databases]\nkeng = host={member._sockets()} port=5432 dbname=keng\n[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = scram-sha-256\nauth_file = {folder}/users\npool_mode = session\n"
        "ignore_startup_parameters = options\nclient_tls_sslmode = require\n"
        f"client_tls_key_file = {presented.files.key}\n"
        f"client_tls_cert_file = {presented.files.certificate}\n"
    )
    command = [PGBOUNCER, "-u", member.folder.owner(), str(folder / "tls.ini")]
    server = Program(command, folder / "tls.log", dict(os.environ))
    server.start()
    try:
        yield server, port
    finally:
        server.kill()


def _password(machine: Machine, role: str) -> str:
    return (machine.data / "secrets" / "database" / role).read_text().strip()


def test_a_database_whose_certificate_is_over_loses_nothing(
    installation: Installation, presented: PresentedCertificate
) -> None:
    one, two = installation.machines
    edge = one.processes["edge"]
    people = ChatterOfMachine(installation, one)
    with server_with_tls(installation, presented) as (server, port):
        place = (
            f"postgresql://keng_edge:{_password(one, 'keng_edge')}@localhost:{port}/keng"
            f"?sslmode=verify-full&sslrootcert={presented.trusted}"
        )
        edge.kill()
        try:
            edge.start_and_wait(KENG_TEST_AROUND=f"KENG_DATABASE_URL_EDGE={place}")
            first, *others = (TEXT.format(number=number) for number in range(980_001, 980_004))
            eventually(lambda: people.status_of(first) == 200, 20, "nothing is taken")
            for certificate, words in ((OVER, "ended on"), (OF_ANOTHER, "is of another name")):
                presented.show(certificate)
                server.kill()
                server.start()
                text = others.pop()
                eventually(lambda: one.health("edge") == (503, "database"), 20, "it is not said")
                assert people.status_of(text) == 503
                assert two.health("edge") == (200, "")
                level, said = one.doctor(KENG_DATABASE_URL_EDGE=place)["certificates"]
                assert level == "wrong"
                assert f"the certificate of PostgreSQL at localhost {words}" in said
                presented.show(GOOD)
                server.kill()
                server.start()
                eventually(lambda t=text: people.status_of(t) == 200, 30, "it does not come back")
                assert tips_of(installation, text) == 1
            eventually(lambda: one.health("edge") == (200, ""), 20, "it is not well again")
            assert one.doctor(KENG_DATABASE_URL_EDGE=place)["certificates"][0] == "ok"
        finally:
            edge.kill()
            edge.start_and_wait()


@contextmanager
def provider_with_tls(
    installation: Installation, presented: PresentedCertificate
) -> Iterator[tuple[Program, int]]:
    """In front of the fake, and the account is told of it."""
    assert NGINX is not None
    (port,) = free_ports(1)
    folder = presented.trusted.parent
    (folder / "tls.conf").write_text(
        f"daemon off;\nuser root;\npid {folder}/pid;\nworker_processes 1;\nevents {{}}\nhttp {{\n"
        # A token comes in `access_token`.
        f"underscores_in_headers on;\naccess_log off;\nclient_body_temp_path {folder}/bodies;\n"
        f"proxy_temp_path {folder}/proxy;\n"
        f"server {{ listen 127.0.0.1:{port} ssl;\n"
        f"ssl_certificate {presented.files.certificate};\n"
        f"ssl_certificate_key {presented.files.key};\n"
        f"location / {{ proxy_pass {installation.zalo}; }} }} }}\n"
    )
    command = [NGINX, "-c", f"{folder}/tls.conf", "-e", f"{folder}/tls.log"]
    server = Program(command, folder / "tls.output", dict(os.environ))
    account = "slug = 'bac-ninh'"
    ((before,),) = installation.ask(f"SELECT base_url FROM delivery_channelaccount WHERE {account}")
    changed = f"UPDATE delivery_channelaccount SET base_url = %s WHERE {account}"
    server.start()
    try:
        with installation.connect() as owner:
            there = re.sub(r"^http://[^/]+", f"https://localhost:{port}", before)
            owner.execute(changed.encode(), [there])
        yield server, port
    finally:
        with installation.connect() as owner:
            owner.execute(changed.encode(), [before])
            # Whatever failed here is no fault of the tests after it.
            owner.execute(
                f"UPDATE delivery_channelaccount SET circuit_open_since = NULL,"
                f" circuit_reason = '' WHERE {account}".encode()
            )
        server.kill()


def let_a_minute_pass(machine: Machine) -> None:
    """Since a certificate was refused: until then one that is accepted may be another server's."""
    for file in (machine.data / "run" / "certificates").iterdir():
        past = file.stat().st_mtime - 61
        os.utime(file, (past, past))


def wait_until_sent(installation: Installation, groups: list[str]) -> None:
    """Days pass meanwhile: an account is tried every five minutes, by the database's clock.

    Whoever was under way when it was mended may have stopped it once more.
    """

    def states() -> Counter[tuple[str, str]]:
        return Counter(storm_states(installation, groups).values())

    for _ in range(12):
        let_a_day_pass(installation)
        with suppress(AssertionError):
            eventually(lambda: {state for state, _code in states()} == {"sent"}, 10, "")
            break
    stopped = installation.ask(
        "SELECT circuit_reason FROM delivery_channelaccount WHERE slug = 'bac-ninh'"
    )
    assert {state for state, _code in states()} == {"sent"}, (states(), stopped)


def test_what_a_provider_whose_certificate_is_over_should_carry_waits(
    installation: Installation, presented: PresentedCertificate
) -> None:
    one, two = installation.machines
    senders = [machine.processes["sender"] for machine in (one, two)]
    sink = Sink(installation.people)
    post = Post(sink, installation.connect)
    post.given = 40_000
    for sender in senders:
        sender.kill()
    try:
        with provider_with_tls(installation, presented) as (provider, port):

            def show_by(server: Program, certificate: tuple[str, float]) -> None:
                """Until whoever comes sees it: what was there before shows its own for a moment."""
                files = presented.show(certificate)
                assert server.process is not None
                os.kill(server.process.pid, signal.SIGHUP)
                expected = ssl.PEM_cert_to_DER_cert(files.certificate.read_text())
                address = ("127.0.0.1", port)
                eventually(
                    lambda: all(
                        ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate(address)) == expected
                        for _ in range(5)
                    ),
                    20,
                    "the certificate is not shown",
                )

            senders[0].start_and_wait(KENG_TEST_AROUND=f"SSL_CERT_FILE={presented.trusted}")
            for certificate, words in (
                (OVER, "certificate has expired"),
                (OF_ANOTHER, "Hostname mismatch"),
            ):
                show_by(provider, certificate)
                groups = storm_groups(post.given, DELIVERIES)
                post.send(DELIVERIES)
                eventually(lambda: is_stopped(installation), 40, "the account is not stopped")
                states = storm_states(installation, groups)
                assert {state for state, _code in states.values()} <= {"queued", "leased"}, states
                doctor = one.doctor()
                for line in ("accounts", "certificates"):
                    assert doctor[line][0] == "attention", (line, doctor[line])
                    assert words in doctor[line][1], doctor[line]
                assert "of the provider at localhost" in doctor["certificates"][1]
                show_by(provider, GOOD)
                let_a_minute_pass(one)
                wait_until_sent(installation, groups)
                got = sink.received()
                assert {got[group] for group in groups} == {1}
                assert not is_stopped(installation)
            assert "not accepted" not in one.doctor()["certificates"][1]
    finally:
        for sender in senders:
            sender.kill()
            sender.start_and_wait()
