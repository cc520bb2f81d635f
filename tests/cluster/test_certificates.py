"""A certificate is over, or another one's: nothing is lost, all of it waits, and it is said whose.

Certificates are made with dates of the past by an authority of the test; no clock is touched.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from keng.kit.tests.certificates import CertificateAuthority, CertificateFiles
from tests.cluster.machines import (
    PGBOUNCER,
    Installation,
    Machine,
    Program,
)
from tests.cluster.test_clocks import ChatterOfMachine, tips_of
from tests.load.storm import eventually
from tests.stack import free_ports

TEXT = "Có người lạ gõ cửa, chứng chỉ hết hạn, thứ {number} trong ngày"
GOOD = ("localhost", 60.0)
OVER = ("localhost", -1.0)
OF_ANOTHER = ("other.example", 60.0)


class ShownCertificate:
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
def shown(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> ShownCertificate:
    folder = installation.folder / tmp_path_factory.mktemp("certificates").name
    folder.mkdir(mode=0o711)
    return ShownCertificate(folder)


@contextmanager
def server_with_tls(
    installation: Installation, shown: ShownCertificate
) -> Iterator[tuple[Program, int]]:
    """A server of the database that speaks TLS: pgbouncer, which gives each client its own line."""
    assert PGBOUNCER is not None
    (port,) = free_ports(1)
    member = installation.database.members[installation.database.primary]
    folder = shown.trusted.parent
    password = _password(installation.machines[0], "keng_edge")
    (folder / "users").write_text(f'"keng_edge" "{password}"\n')
    (folder / "tls.ini").write_text(
        f"[databases]\nkeng = host={member._sockets()} port=5432 dbname=keng\n[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = scram-sha-256\nauth_file = {folder}/users\npool_mode = session\n"
        "ignore_startup_parameters = options\nclient_tls_sslmode = require\n"
        f"client_tls_key_file = {shown.files.key}\n"
        f"client_tls_cert_file = {shown.files.certificate}\n"
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
    installation: Installation, shown: ShownCertificate
) -> None:
    one, two = installation.machines
    edge = one.processes["edge"]
    people = ChatterOfMachine(installation, one)
    with server_with_tls(installation, shown) as (server, port):
        place = (
            f"postgresql://keng_edge:{_password(one, 'keng_edge')}@localhost:{port}/keng"
            f"?sslmode=verify-full&sslrootcert={shown.trusted}"
        )
        edge.kill()
        try:
            edge.start_and_wait(KENG_TEST_AROUND=f"KENG_DATABASE_URL_EDGE={place}")
            first, *others = (TEXT.format(number=number) for number in range(980_001, 980_004))
            eventually(lambda: people.status_of(first) == 200, 20, "nothing is taken")
            for certificate, words in ((OVER, "ended on"), (OF_ANOTHER, "is of another name")):
                shown.show(certificate)
                server.kill()
                server.start()
                text = others.pop()
                eventually(lambda: one.health("edge") == (503, "database"), 20, "it is not said")
                assert people.status_of(text) == 503
                assert two.health("edge") == (200, "")
                level, said = one.doctor(KENG_DATABASE_URL_EDGE=place)["certificates"]
                assert level == "wrong"
                assert f"the certificate of PostgreSQL at localhost {words}" in said
                shown.show(GOOD)
                server.kill()
                server.start()
                eventually(lambda t=text: people.status_of(t) == 200, 30, "it does not come back")
                assert tips_of(installation, text) == 1
            eventually(lambda: one.health("edge") == (200, ""), 20, "it is not well again")
            assert one.doctor(KENG_DATABASE_URL_EDGE=place)["certificates"][0] == "ok"
        finally:
            edge.kill()
            edge.start_and_wait()
