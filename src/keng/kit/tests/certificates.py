"""An authority of tests, certificates of every age signed by it, and servers that show them."""

import datetime
import ipaddress
import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_PEM = serialization.Encoding.PEM
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


class CertificateFiles(NamedTuple):
    """As a server wants them."""

    certificate: Path
    key: Path


class CertificateAuthority:
    """Whoever trusts `certificate` trusts what it signs, as long as that is in order."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority of tests")])
        self.certificate = folder / "authority.pem"
        ca = x509.BasicConstraints(ca=True, path_length=None)
        made = self._builder(self._name, self._key, 3650).add_extension(ca, critical=True)
        signed = made.sign(self._key, hashes.SHA256())
        self.certificate.write_bytes(signed.public_bytes(_PEM))

    def issue(self, name: str, *, days: float, file: str = "server") -> CertificateFiles:
        """For a host or an address; it ends so many days from now, before now too."""
        key = ec.generate_private_key(ec.SECP256R1())
        try:
            host: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
        except ValueError:
            host = x509.DNSName(name)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = self._builder(subject, key, days).add_extension(
            x509.SubjectAlternativeName([host]), critical=False
        )
        files = CertificateFiles(self._folder / f"{file}.pem", self._folder / f"{file}.key")
        files.certificate.write_bytes(made.sign(self._key, hashes.SHA256()).public_bytes(_PEM))
        private = key.private_bytes(
            _PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        files.key.write_bytes(private)
        return files

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, days: float
    ) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=60))
            .not_valid_after(now + datetime.timedelta(days=days))
        )


@contextmanager
def https_server(files: CertificateFiles):
    """Its port; it says "ok" to whoever accepts what it shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)

    def answer(plain: socket.socket) -> None:
        with plain, suppress(OSError), context.wrap_socket(plain, server_side=True) as line:
            line.settimeout(10)
            line.recv(65536)
            line.sendall(_ANSWER)

    def serve() -> None:
        with suppress(OSError):
            while True:
                answer(door.accept()[0])

    with socket.create_server(("127.0.0.1", 0)) as door:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield door.getsockname()[1]
        with suppress(OSError):
            door.shutdown(socket.SHUT_RDWR)
        thread.join(10)
