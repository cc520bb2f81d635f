"""The proxies of the operator's guide start as they stand, and pass on what they should.

Behind them are three small servers that tell what reached them; tests/security/test_behind_nginx.py
puts the product itself there.
"""

import contextlib
import datetime
import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import cast

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.stack import free_ports

DEPLOY = Path(__file__).parents[2] / "deploy"
SITE, DESK = "keng.example", "desk.keng.example"
BEHIND = {8000: "public", 8001: "desk", 8002: "edge"}
SECRET = "a-secret-of-an-address"
WITHIN = 30.0
STREAM = "/changes/"
ARRIVED = threading.Event()


def program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


class Told(BaseHTTPRequestHandler):
    """Answers with who it is and what it was told."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == STREAM:
            self._stream()
        else:
            self._answer()

    def _stream(self) -> None:
        """One event, and the next one when somebody says that the first arrived."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"data: first\n\n")
        self.wfile.flush()
        ARRIVED.wait(WITHIN)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.wfile.write(b"data: second\n\n")
        self.close_connection = True

    def do_POST(self) -> None:
        left = int(self.headers.get("Content-Length", 0))
        while left and (read := len(self.rfile.read(min(left, 1 << 20)))):
            left -= read
        self._answer()

    def _answer(self) -> None:
        told = {name.lower(): value for name, value in self.headers.items()}
        who = cast("ThreadingHTTPServer", self.server).server_name
        body = json.dumps({"who": who, "path": self.path, **told}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            # Nobody waits for it when the proxy has refused the rest of a body.
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@dataclass
class Proxy:
    """One that runs, and where."""

    process: subprocess.Popen[bytes]
    folder: Path
    http: int
    https: int
    trusted: ssl.SSLContext = field(repr=False)

    def ask(
        self, host: str, path: str, *, size: int = 0, **headers: str
    ) -> tuple[int, dict[str, str]]:
        with (
            socket.create_connection(("127.0.0.1", self.https), 10) as line,
            self.trusted.wrap_socket(line, server_hostname=host) as closed,
        ):
            connection = http.client.HTTPConnection(host)
            connection.sock = closed
            method = "POST" if size else "GET"
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                # One that is refused by its length alone is not read to its end.
                connection.request(method, path, b"x" * size if size else None, given)
            answer = connection.getresponse()
            content = answer.read()
        told = json.loads(content) if answer.status == 200 else {"words": content.decode()}
        return answer.status, told

    def first_of_stream(self, host: str) -> bytes:
        """What of it arrives while its server waits."""
        with (
            socket.create_connection(("127.0.0.1", self.https), 10) as line,
            self.trusted.wrap_socket(line, server_hostname=host) as closed,
        ):
            connection = http.client.HTTPConnection(host)
            connection.sock = closed
            connection.request("GET", STREAM)
            answer = connection.getresponse()
            try:
                return answer.read1()
            except TimeoutError:
                return b""

    def ask_in_clear(self, host: str, path: str) -> tuple[int, str | None]:
        """The status, and where it leads."""
        plain = http.client.HTTPConnection("127.0.0.1", self.http, timeout=10)
        with contextlib.closing(plain):
            plain.request("GET", path, headers={"Host": host})
            answer = plain.getresponse()
            return answer.status, answer.headers["Location"]

    def written(self) -> str:
        """Everything it keeps on the disk, its output among it."""
        files = [file for file in self.folder.rglob("*") if file.is_file()]
        return "\n".join(file.read_text(errors="replace") for file in files)


@contextlib.contextmanager
def servers() -> Iterator[dict[int, int]]:
    """Port of the example -> port here."""
    with contextlib.ExitStack() as held:
        ports = {}
        for port, name in BEHIND.items():
            server = held.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), Told))
            server.server_name = name
            threading.Thread(target=server.serve_forever, daemon=True).start()
            held.callback(server.shutdown)
            ports[port] = server.server_port
        yield ports


def write_certificate(folder: Path) -> Path:
    """A key and a certificate of both names, as an authority of a closed network gives."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, SITE)])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(SITE), x509.DNSName(DESK)])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir()
    kind = serialization.Encoding.PEM
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(kind))
    (folder / "key.pem").write_bytes(
        key.private_bytes(kind, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder


@contextlib.contextmanager
def started(kind: str, folder: Path, behind: dict[int, int]) -> Iterator[Proxy]:
    """The example with other ports and paths, and the caller's network for that of the police."""
    found = program(kind)
    assert found
    certificates = write_certificate(folder / "ssl")
    http_port, https_port = free_ports(2)
    file = "nginx.conf" if kind == "nginx" else "Caddyfile"
    text = (DEPLOY / file).read_text()
    text = text.replace("/etc/ssl/keng", str(certificates)).replace("10.0.0.0/8", "127.0.0.0/8")
    for port, here in behind.items():
        text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{here}")
    kept = folder / "kept"
    kept.mkdir()
    if kind == "nginx":
        text = text.replace("/var/log/nginx", str(kept))
        text = text.replace("listen 80 ", f"listen 127.0.0.1:{http_port} ")
        text = text.replace("listen 443 ", f"listen 127.0.0.1:{https_port} ")
        bodies = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        places = "".join(f"{each}_temp_path {kept}/{each};\n" for each in bodies)
        around = f"daemon off;\nmaster_process off;\npid {folder}/pid;\nevents {{}}\n"
        text = f"{around}http {{\n{places}{text}\n}}\n"
        command = [found, "-e", f"{kept}/start.log", "-p", str(kept), "-c", str(folder / file)]
    else:
        ports = f"{{\n\thttp_port {http_port}\n\thttps_port {https_port}\n"
        text = text.replace("{\n\tadmin off", f"{ports}\tadmin off", 1)
        command = [found, "run", "--adapter", "caddyfile", "--config", str(folder / file)]
    (folder / file).write_text(text)
    home = {"HOME": str(kept), "XDG_DATA_HOME": str(kept), "XDG_CONFIG_HOME": str(kept)}
    with (kept / "output").open("wb") as output:
        process = subprocess.Popen(command, env=os.environ | home, stdout=output, stderr=output)
    trusted = ssl.create_default_context(cafile=str(certificates / "certificate.pem"))
    proxy = Proxy(process, kept, http_port, https_port, trusted)
    try:
        wait_until(lambda: listens(https_port) and listens(http_port), proxy)
        yield proxy
    finally:
        process.terminate()
        process.wait(20)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(condition: Callable[[], bool], proxy: Proxy) -> None:
    until = time.monotonic() + WITHIN
    while not condition():
        assert proxy.process.poll() is None, proxy.written()
        assert time.monotonic() < until, proxy.written()
        time.sleep(0.05)


@pytest.fixture(params=["nginx", "caddy"])
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if program(name) is None:
        pytest.skip(f"{name} is not installed here: its example was not run.")
    return name


def test_the_example_starts_as_it_stands_and_passes_on_what_it_should(
    kind: str, tmp_path: Path
) -> None:
    with servers() as behind, started(kind, tmp_path, behind) as proxy:
        for host, path, who in (
            (SITE, "/", "public"),
            (SITE, "/hooks/zalo_oa/bac-ninh", "edge"),
            (SITE, "/lookup/v1/prefix", "edge"),
            (DESK, "/sign-in/", "desk"),
        ):
            status, told = proxy.ask(host, path, X_Forwarded_For="9.9.9.9", X_Forwarded_Proto="x")
            assert (status, told["who"], told["path"], told["host"]) == (200, who, path, host)
            assert (told["x-forwarded-for"], told["x-forwarded-proto"]) == ("127.0.0.1", "https")

        for host, path in ((SITE, f"/r/{SECRET}"), (DESK, "/sign-in/")):
            status, leads = proxy.ask_in_clear(host, path)
            assert (status // 100, leads) == (3, f"https://{host}{path}")
        # Programs that call in clear learn of it at once, and not by being led on.
        for path in ("/hooks/zalo_oa/bac-ninh", "/lookup/v1/prefix/abcd"):
            assert proxy.ask_in_clear(SITE, path) == (403, None)

        form, files = 600_000, 3_000_000
        assert proxy.ask(SITE, "/report/describe/", size=files)[0] == 200
        assert proxy.ask(DESK, "/groups/import/", size=files)[0] == 200
        for host, path, size in ((SITE, "/report/where/", form), (DESK, "/tips/", files)):
            status, told = proxy.ask(host, path, size=size)
            assert status in {413, 502}
            if status == 413 and kind == "nginx":
                assert "quá lớn" in told["words"]
                assert "too large" in told["words"]

        # What stands behind is gone: the address of a page is written down nowhere.
        proxy.ask(SITE, f"/r/{SECRET}")
    assert SECRET not in proxy.written()


def test_a_stream_of_changes_passes_as_it_comes(kind: str, tmp_path: Path) -> None:
    ARRIVED.clear()
    with servers() as behind, started(kind, tmp_path, behind) as proxy:
        try:
            assert b"first" in proxy.first_of_stream(DESK)
            assert not ARRIVED.is_set()
        finally:
            ARRIVED.set()


def test_no_address_reaches_a_log_while_nothing_stands_behind(kind: str, tmp_path: Path) -> None:
    gone = dict(zip(BEHIND, free_ports(3), strict=True))
    with started(kind, tmp_path, gone) as proxy:
        assert proxy.ask(SITE, f"/r/{SECRET}")[0] == 502
        assert proxy.ask(DESK, f"/set-up/{SECRET}")[0] == 502
    assert SECRET not in proxy.written()


def test_both_examples_take_files_at_the_same_addresses() -> None:
    def addresses(file: str) -> set[str]:
        return set(re.findall(r"\^/\(([^)]*)\)/\$", (DEPLOY / file).read_text()))

    assert addresses("nginx.conf") == addresses("Caddyfile") != set()


def test_the_example_speaks_no_tls_of_yesterday() -> None:
    said = (DEPLOY / "nginx.conf").read_text()
    found = re.search(r"ssl_protocols (.*);", said), re.search(r"ssl_ciphers (\S+);", said)
    protocols, ciphers = (match[1] if match else "" for match in found)
    assert set(protocols.split()) == {"TLSv1.2", "TLSv1.3"}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(ciphers)
    names = [each["name"] for each in context.get_ciphers()]
    assert names
    for name in names:
        assert name.startswith("TLS_") or re.match(r"ECDHE-.*(GCM|CHACHA20)", name), name


def test_strict_transport_security_covers_every_name_below() -> None:
    for file, times in (("nginx.conf", 2), ("Caddyfile", 1)):
        said = (DEPLOY / file).read_text()
        assert said.count("max-age=31536000; includeSubDomains") == times, file
