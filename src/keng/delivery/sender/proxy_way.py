"""A way through the network's own proxy (HTTP CONNECT); nothing of a request is in it."""

import asyncio
import socket

from keng.kit.outgoing_proxy import OutgoingProxy

_LONGEST_ANSWER = 8 * 1024
_END = b"\r\n\r\n"


async def open_way(proxy: OutgoingProxy, host: str, port: int) -> socket.socket:
    """A socket whose other end is `host`. Raises OSError where the proxy does not let us through.

    The caller bounds the time, and owns the socket.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(proxy.host, proxy.port, type=socket.SOCK_STREAM)
    family, kind, protocol, _name, address = found[0]
    way = socket.socket(family, kind, protocol)
    way.setblocking(False)
    try:
        await loop.sock_connect(way, address)
        await _ask_to_pass(way, f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
    except BaseException:
        way.close()
        raise
    return way


async def _ask_to_pass(way: socket.socket, target: str) -> None:
    loop = asyncio.get_running_loop()
    ask = f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n"
    await loop.sock_sendall(way, ask.encode("ascii"))
    answer = b""
    # Whoever is at the other end says nothing before we do, so nothing of theirs is in it.
    while _END not in answer:
        piece = await loop.sock_recv(way, 1024)
        answer += piece
        if not piece or len(answer) > _LONGEST_ANSWER:
            raise ConnectionRefusedError("the proxy gave no answer")
    status = answer.split(b"\r\n", 1)[0].split(b" ")
    if len(status) < 2 or not status[0].startswith(b"HTTP/1.") or status[1] != b"200":
        raise ConnectionRefusedError("the proxy does not let us through")
