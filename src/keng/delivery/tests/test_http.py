"""The sender's HTTP against a real server that answers as servers should, and as they do."""

import asyncio
import contextlib
import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
import uvloop
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from keng.channels.base import Reply, Request
from keng.channels.outcomes import CERTIFICATE, outcome_of_transport_failure
from keng.delivery.sender import http as sender_http
from keng.delivery.sender.http import LARGEST_REPLY, ConnectionBroken, HttpClient, UnsendableRequest
from keng.delivery.sender.http_connection import LARGEST_HEAD

OK = b"HTTP/1.1 200 OK\r\nX-RateLimit-Remain: 7\r\nContent-Length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"


@dataclass
class Server:
    """Says `answer` to every request, or what the list holds in its order; None says nothing."""

    answers: list[bytes | None] = field(default_factory=list)
    closes: bool = False
    tls: ssl.SSLContext | None = None
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
                self.requests.append(head + await reader.readexactly(length))
                self.asked.set()
                answer = self.answers.pop(0) if self.answers else OK
                if answer is not None:
                    writer.write(answer)
                    await writer.drain()
                if self.closes:
                    break
        self.gone.set()
        writer.close()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Server"]:
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0, ssl=self.tls)
        port = server.sockets[0].getsockname()[1]
        self.url = f"{'https' if self.tls else 'http'}://127.0.0.1:{port}/say"
        try:
            yield self
        finally:
            server.close()
            for writer in self.writers:
                writer.close()
            await asyncio.sleep(0.01)


@pytest.fixture(params=[asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def run(request):
    """Of the sender's loop and the one that tests of the sender use."""
    return request.param


def post(url: str, body: bytes = b"{}", **headers: str) -> Request:
    return Request("POST", url, headers, body)


async def _asked(
    server: Server, work: Callable[[HttpClient, Server], Awaitable[list[Reply]]]
) -> list[Reply]:
    async with server.running():
        http = HttpClient(4)
        try:
            return await work(http, server)
        finally:
            await http.close()


async def _twice(http: HttpClient, server: Server) -> list[Reply]:
    return [await http.carry(post(server.url, b"one")), await http.carry(post(server.url, b"two"))]


async def _once(http: HttpClient, server: Server) -> list[Reply]:
    return [await http.carry(post(server.url))]


def test_a_connection_is_used_again_and_the_request_arrives_as_it_was_meant(run):
    server = Server()
    replies = run(_asked(server, _twice))
    assert [(r.status, r.body, r.headers["x-ratelimit-remain"]) for r in replies] == [
        (200, b"ok", "7")
    ] * 2
    assert server.connections == 1
    assert [whole.partition(b"\r\n\r\n")[2] for whole in server.requests] == [b"one", b"two"]
    head = server.requests[0].decode().lower().split("\r\n")
    assert head[0] == "post /say http/1.1"
    assert f"host: {server.url.split('/')[2]}" in head
    assert "accept-encoding: identity" in head


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (CHUNKED, b"abcde"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + OK, b"ok"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    ],
    ids=["chunks", "hint", "empty"],
)
def test_a_reply_is_read_to_its_end_and_no_further(run, answer, body):
    server = Server(answers=[answer, answer])
    assert [reply.body for reply in run(_asked(server, _twice))] == [body, body]
    assert server.connections == 1


def test_without_a_length_the_end_of_the_connection_is_the_end_of_the_reply(run):
    server = Server(answers=[b"HTTP/1.1 200 OK\r\n\r\nall of it"] * 2, closes=True)
    assert [reply.body for reply in run(_asked(server, _twice))] == [b"all of it"] * 2
    assert server.connections == 2


def test_a_redirect_is_a_reply_and_nobody_follows_it(run):
    to = b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"
    server = Server(answers=[to])
    assert [reply.status for reply in run(_asked(server, _once))] == [302]
    assert len(server.requests) == 1


def test_of_an_endless_reply_the_beginning_is_read_and_its_connection_closed(run):
    huge = b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n" + b"x" * (LARGEST_REPLY + 100_000)
    server = Server(answers=[huge])
    replies = run(_asked(server, _twice))
    assert [len(reply.body) for reply in replies] == [LARGEST_REPLY, 2]
    assert server.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X-Filler: " + b"x" * (LARGEST_HEAD + 1),
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        b"",
    ],
    ids=["endless head", "half", "no HTTP", "upgrade", "nothing"],
)
def test_what_is_no_reply_may_still_have_followed_a_delivery(run, answer, caplog):
    with pytest.raises(ConnectionBroken) as broken:
        run(_asked(Server(answers=[answer], closes=True), _once))
    assert broken.value.written
    assert not caplog.records  # The loop would tell of what escaped from us.


def test_where_nobody_listens_nothing_was_written(run):
    async def closed_port() -> Server:
        async with Server().running() as server:
            return server

    async def ask() -> None:
        await HttpClient(1).carry(post((await closed_port()).url))

    with pytest.raises(ConnectionBroken) as broken:
        run(ask())
    assert not broken.value.written


def test_a_server_that_never_answers_is_given_up(run, monkeypatch):
    monkeypatch.setattr(sender_http, "REQUEST_SECONDS", 0.2)

    async def ask(http: HttpClient, server: Server) -> list[Reply]:
        with pytest.raises(ConnectionBroken) as broken:
            await http.carry(post(server.url))
        assert broken.value.written
        monkeypatch.undo()  # The next one may take its time.
        return [await http.carry(post(server.url))]

    server = Server(answers=[None])
    assert [reply.body for reply in run(_asked(server, ask))] == [b"ok"]
    assert server.connections == 2


@pytest.mark.parametrize("unasked", [b"", OK], ids=["closed", "talked"])
def test_a_connection_that_ended_or_spoke_while_it_rested_is_not_used_again(run, unasked):
    async def ask(http: HttpClient, server: Server) -> list[Reply]:
        first = await http.carry(post(server.url))
        writer = server.writers[0]
        if unasked:
            writer.write(unasked)
        else:
            writer.close()
        await asyncio.sleep(0.1)
        return [first, await http.carry(post(server.url))]

    server = Server()
    assert [reply.body for reply in run(_asked(server, ask))] == [b"ok", b"ok"]
    assert server.connections == 2


def test_a_second_reply_to_one_request_is_never_taken_for_the_next_ones(run):
    other = OK.replace(b"ok", b"no")
    server = Server(answers=[OK + other, OK])
    assert [reply.body for reply in run(_asked(server, _twice))] == [b"ok", b"ok"]
    assert server.connections == 2


def test_idle_connections_are_closed_before_a_server_would(run, monkeypatch):
    monkeypatch.setattr(sender_http, "IDLE_SECONDS", 0.1)

    async def ask(http: HttpClient, server: Server) -> list[Reply]:
        reply = await http.carry(post(server.url))
        await server.gone.wait()
        return [reply]

    assert len(run(_asked(Server(), ask))) == 1


def test_a_request_that_is_cancelled_closes_its_connection(run):
    async def ask(http: HttpClient, server: Server) -> list[Reply]:
        task = asyncio.create_task(http.carry(post(server.url)))
        await server.asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await server.gone.wait()
        return [await http.carry(post(server.url))]

    server = Server(answers=[None])
    assert [reply.body for reply in run(_asked(server, ask))] == [b"ok"]
    assert server.connections == 2


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("http://", {}),
        ("/say", {}),
        ("ftp://127.0.0.1/", {}),
        ("http://name:word@127.0.0.1/", {}),
        ("http://127.0.0.1:99999/", {}),
        ("http://127.0.0.1/", {"access_token": "a\r\nx: y"}),
        ("http://127.0.0.1/", {"a b": "c"}),
        ("http://127.0.0.1/", {"content-length": "5"}),
        ("http://127.0.0.1/", {"token": "Đ"}),
    ],
)
def test_what_cannot_be_written_is_not_sent(run, url, headers):
    async def ask() -> None:
        await HttpClient(1).carry(Request("POST", url, headers, b""))

    with pytest.raises(UnsendableRequest):
        run(ask())


@pytest.mark.parametrize(
    ("address", "arrives"),
    [
        ("?a=b c ế\x00", b"b%20c%20%E1%BA%BF%00"),
        ("?a=b%0d%0ax: y", b"b%0d%0ax:%20y"),
        ("?a=b\r\nx: y", b"bx:%20y"),
    ],
    ids=["no break", "escaped", "bare"],
)
def test_a_line_break_in_an_address_begins_no_line_of_the_request(run, address, arrives):
    async def ask(http: HttpClient, server: Server) -> list[Reply]:
        return [await http.carry(post(server.url + address))]

    server = Server()
    run(_asked(server, ask))
    assert server.requests[0].startswith(b"POST /say?a=%b HTTP/1.1\r\nhost: 127.0.0.1:" % arrives)
    assert b"\r\nx" not in server.requests[0]


@pytest.fixture
def certificate(tmp_path):
    return _write_certificate(tmp_path, ends_in=datetime.timedelta(days=1))


def _write_certificate(tmp_path, *, ends_in):
    """Of 127.0.0.1, signed by itself: the path of the certificate and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=2))
        .not_valid_after(now + ends_in)
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "cert").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "key").write_bytes(private)
    return tmp_path / "cert", tmp_path / "key"


def test_only_a_certificate_that_this_machine_trusts_is_spoken_to(run, certificate, monkeypatch):
    def server() -> Server:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*certificate)
        return Server(tls=tls)

    stranger = server()
    with pytest.raises(ConnectionBroken) as broken:
        run(_asked(stranger, _once))
    assert not broken.value.written
    assert not stranger.requests
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    assert broken.value.certificate == "self-signed certificate"
    known = server()
    assert [reply.body for reply in run(_asked(known, _twice))] == [b"ok", b"ok"]
    assert known.connections == 1


def test_a_certificate_that_is_over_is_told_by_that_word(run, tmp_path, monkeypatch):
    files = _write_certificate(tmp_path, ends_in=datetime.timedelta(days=-1))
    monkeypatch.setenv("SSL_CERT_FILE", str(files[0]))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*files)
    with pytest.raises(ConnectionBroken) as broken:
        run(_asked(Server(tls=tls), _once))
    outcome = outcome_of_transport_failure(
        broken.value.written, certificate=broken.value.certificate
    )
    assert (outcome.kind, outcome.code, outcome.reached) == ("retry", CERTIFICATE, False)
    assert outcome.reason == "not accepted: certificate has expired"
