"""Through the proxy that a closed network wants: it opens a way, and hears nothing of a request."""

import asyncio
import contextlib
import ssl

import pytest
import uvloop

from keng.channels.base import Request
from keng.delivery.sender.http import ConnectionBroken, HttpClient
from keng.delivery.tests.test_http import OK, Server
from keng.kit.outgoing_proxy import OutgoingProxy, proxy_for
from tests.security.test_proxy_examples import SITE, write_certificate

SECRET = b"a word of a message"


class ConnectProxy:
    """Opens one way, to where it is told here; remembers what it heard in clear."""

    def __init__(self, to: int, answer: bytes = b"HTTP/1.1 200 Connection established\r\n\r\n"):
        self.to, self.answer = to, answer
        self.asked: list[bytes] = []
        self.passed = bytearray()

    async def serve(self, reader, writer):
        self.asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(self.answer)
        if b" 200 " not in self.answer.split(b"\r\n")[0]:
            await writer.drain()
            writer.close()
            return
        inner_reader, inner = await asyncio.open_connection("127.0.0.1", self.to)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await asyncio.gather(self._pass(reader, inner), self._pass(inner_reader, writer))

    async def _pass(self, reader, writer):
        while piece := await reader.read(4096):
            self.passed += piece
            writer.write(piece)
            await writer.drain()
        writer.close()

    @contextlib.asynccontextmanager
    async def running(self):
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()


@pytest.fixture
def certificates(tmp_path, monkeypatch):
    folder = write_certificate(tmp_path / "ssl")
    trusted = ssl.create_default_context(cafile=str(folder / "certificate.pem"))
    monkeypatch.setattr("keng.delivery.sender.http.ssl.create_default_context", lambda: trusted)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return served


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_a_request_goes_through_and_the_proxy_learns_the_host_alone(run, certificates, monkeypatch):
    async def try_it():
        async with Server(tls=certificates).running() as provider:
            port = int(provider.url.split(":")[2].split("/")[0])
            proxy = ConnectProxy(port)
            async with proxy.running() as at:
                monkeypatch.setenv("KENG_OUTGOING_PROXY", f"http://127.0.0.1:{at}")
                http = HttpClient(1)
                reply = await http.carry(Request("POST", f"https://{SITE}/say", {}, SECRET))
                await http.close()
        return reply, proxy, provider

    reply, proxy, provider = run(try_it())
    assert (reply.status, OK.endswith(reply.body)) == (200, True)
    assert proxy.asked == [f"CONNECT {SITE}:443 HTTP/1.1\r\nHost: {SITE}:443\r\n\r\n".encode()]
    assert SECRET in provider.requests[0]
    assert SECRET not in proxy.passed


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 403 Forbidden\r\n\r\n", b"\r\n\r\n", b"x" * 10_000, b"HTTP/1.1\r\n\r\n"]
)
def test_where_it_says_no_nothing_was_written(answer, monkeypatch):
    async def try_it():
        async with ConnectProxy(0, answer).running() as at:
            monkeypatch.setenv("KENG_OUTGOING_PROXY", f"http://127.0.0.1:{at}")
            await HttpClient(1).carry(Request("POST", f"https://{SITE}/say", {}, SECRET))

    with pytest.raises(ConnectionBroken) as broken:
        asyncio.run(try_it())
    assert not broken.value.written


@pytest.mark.parametrize(
    ("setting", "host", "proxy"),
    [
        ("", "openapi.zalo.me", None),
        ("http://proxy.example:8080", "openapi.zalo.me", OutgoingProxy("proxy.example", 8080)),
        ("http://proxy.example", "openapi.zalo.me", OutgoingProxy("proxy.example", 3128)),
        ("http://[2001:db8::7]:9", "8.8.8.8", OutgoingProxy("2001:db8::7", 9)),
        ("http://proxy.example:8080", "localhost", None),
        ("http://proxy.example:8080", "127.0.0.1", None),
        ("http://proxy.example:8080", "10.1.2.3", None),
        ("http://proxy.example:8080", "::1", None),
    ],
)
def test_what_is_near_needs_no_proxy(setting, host, proxy, monkeypatch):
    monkeypatch.setenv("KENG_OUTGOING_PROXY", setting)
    assert proxy_for(host) == proxy
