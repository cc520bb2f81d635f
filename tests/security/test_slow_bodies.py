"""A body that comes slowly, or never ends, keeps nobody else waiting."""

import socket

import pytest

from tests.security.slow import SLOWER, dribbling, open_connection, seconds_of
from tests.stack import Stack

MANY = 200


@pytest.mark.parametrize("networks", [1, MANY])
def test_200_dribbling_forms_do_not_keep_residents_from_the_first_page(
    stack: Stack, networks: int
) -> None:
    before = seconds_of(f"{stack.public}/")
    with dribbling(stack.public, "/report/what/", MANY, networks=networks):
        assert seconds_of(f"{stack.public}/") < before * 2 + SLOWER


@pytest.mark.parametrize("networks", [1, MANY])
def test_200_dribbling_forms_do_not_keep_officers_from_the_desk(
    stack: Stack, networks: int
) -> None:
    before = seconds_of(f"{stack.desk}/sign-in/")
    with dribbling(stack.desk, "/sign-in/", MANY, networks=networks):
        assert seconds_of(f"{stack.desk}/sign-in/") < before * 2 + SLOWER


def test_slow_readers_of_a_page_do_not_keep_others_from_it(stack: Stack) -> None:
    before = seconds_of(f"{stack.public}/")
    readers = []
    for _ in range(20):
        reader = open_connection(stack.public)
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        asked = b"GET /static/keng/public.css HTTP/1.1\r\nHost: localhost\r\n\r\n"
        reader.sendall(asked * 20)
        readers.append(reader)
    try:
        assert seconds_of(f"{stack.public}/") < before * 2 + SLOWER
    finally:
        for reader in readers:
            reader.close()
