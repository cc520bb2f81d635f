"""The opener's door: whoever has a whole message answers and closes at once."""

import contextlib
import socket
import struct
import threading
import time
import uuid

import pytest

from keng.vault.opener import opener_socket


@pytest.fixture
def served(tmp_path, monkeypatch):
    """A door that answers each question with its body."""
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    opener_socket.socket_folder().mkdir(parents=True)
    with opener_socket.listen() as server:

        def serve():
            for _ in range(2):
                opener_socket.serve_one(server, lambda act, *_rest: ({"act": act}, _rest[-1]))

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield
        thread.join(30)


def test_a_question_without_a_body_is_not_cut_off_by_its_own_answer(served, monkeypatch):
    """The answer was there and the door closed before nothing was sent: one ask in sixty failed."""
    send = socket.socket.sendall

    def slowly(self, data):
        if threading.current_thread() is threading.main_thread():
            time.sleep(0.2)
        send(self, data)

    monkeypatch.setattr(socket.socket, "sendall", slowly)
    head = {"act": "begin", "request": str(uuid.uuid4())}
    assert opener_socket.ask(head, b"") == ({"act": "begin"}, b"")
    assert opener_socket.ask(head, b"share") == ({"act": "begin"}, b"share")


def connected():
    with opener_socket._short_name() as name:
        caller = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        caller.connect(name)
        return caller


def test_whoever_drips_byte_by_byte_holds_nobody_up_for_long(served, monkeypatch):
    """There is one opener, with one door: everybody else waits behind, in an emergency too."""
    monkeypatch.setattr(opener_socket, "QUESTION_WITHIN", 0.3)
    with connected() as slow:
        began = time.monotonic()
        with contextlib.suppress(OSError):
            while time.monotonic() - began < 60:
                slow.sendall(b"\0")
                time.sleep(0.1)
        assert time.monotonic() - began < 20
    head = {"act": "begin", "request": str(uuid.uuid4())}
    assert opener_socket.ask(head, b"") == ({"act": "begin"}, b"")


def test_a_head_nested_a_thousandfold_does_not_end_the_process(served):
    with connected() as caller:
        caller.sendall(struct.pack(">I", 4000) + b"[" * 4000)
        assert caller.recv(1) == b""
    head = {"act": "begin", "request": str(uuid.uuid4())}
    assert opener_socket.ask(head, b"") == ({"act": "begin"}, b"")
