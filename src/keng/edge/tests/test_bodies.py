"""A body that never ends is waited for a little, and many of them keep no provider out."""

import asyncio
import socket
import time

import pytest

from keng.edge import http
from keng.edge.http import PushedOut, RequestBodies, TooSlow
from tests.running import running

SCOPE: dict[str, list[tuple[bytes, bytes]]] = {"headers": []}


async def never():
    await asyncio.Event().wait()


def whole(content=b"{}"):
    async def receive():
        return {"type": "http.request", "body": content, "more_body": False}

    return receive


def begun():
    """What has begun to come and never ends."""
    pieces = [{"type": "http.request", "body": b"a", "more_body": True}]

    async def receive():
        return pieces.pop() if pieces else await never()

    return receive


@pytest.mark.parametrize("receive", [never, begun()])
def test_a_body_that_never_ends_is_waited_for_so_long(receive):
    bodies = RequestBodies(seconds=0.05)
    with pytest.raises(TooSlow):
        asyncio.run(asyncio.wait_for(bodies.receive_body(SCOPE, receive), 30))
    assert bodies.waiting == 0


def test_one_too_many_pushes_out_the_oldest_and_is_taken():
    async def crowd():
        bodies = RequestBodies(seconds=30, most=3)
        held = [asyncio.create_task(bodies.receive_body(SCOPE, begun())) for _ in range(3)]
        await asyncio.sleep(0.01)
        assert await bodies.receive_body(SCOPE, whole()) == b"{}"
        await asyncio.sleep(0.01)
        over = [task.done() for task in held]
        for task in held:
            task.cancel()
        ends = await asyncio.gather(*held, return_exceptions=True)
        return over, ends[0], bodies.waiting

    over, end, waiting = asyncio.run(crowd())
    assert (over, type(end), waiting) == ([True, False, False], PushedOut, 0)


@pytest.mark.django_db(transaction=True)
def test_the_running_edge_lets_go_of_bodies_that_never_end(account):
    began = b"POST /hooks/sandbox/phones HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n{"
    with running("edge") as edge:
        sockets = [socket.create_connection(("127.0.0.1", edge.port)) for _ in range(30)]
        for one in sockets:
            one.sendall(began)
        until = time.monotonic() + http.BODY_SECONDS + 10
        for one in sockets:
            one.settimeout(max(0.1, until - time.monotonic()))
            assert one.recv(100).startswith(b"HTTP/1.1 408")
            one.close()
