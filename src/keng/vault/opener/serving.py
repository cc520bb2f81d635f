"""The opener's turn of the loop: a question comes in, one of four acts, an answer goes out."""

import select
import socket
import uuid
from typing import Any

import psycopg

from keng.vault.opener.opener_rows import OpenerRows
from keng.vault.opener.opener_socket import Handler, serve_one
from keng.vault.opener.sessions import Opener
from keng.vault.opener_client import CannotOpen

_LOOKS_EVERY = 5.0


class DatabaseGone(Exception):
    """The one connection is lost; another process makes another one."""


def serve_until_lost(server: socket.socket, rows: OpenerRows) -> None:
    """Answer until the database is gone. Raises DatabaseGone."""
    opener = Opener(rows)
    handle = handler_of(opener)
    while True:
        ready, _, _ = select.select([server], [], [], _LOOKS_EVERY)
        if ready:
            serve_one(server, handle)
        elif opener.is_idle and not rows.is_there():
            raise DatabaseGone


def handler_of(opener: Opener) -> Handler:
    """What answers one question. Raises DatabaseGone."""

    def handle(
        act: str, request_id: uuid.UUID, holder_key_id: uuid.UUID | None, body: bytes
    ) -> tuple[dict[str, Any], bytes]:
        try:
            return _done(opener, act, request_id, holder_key_id, body)
        except CannotOpen as error:
            return {"error": type(error).__name__}, b""
        except psycopg.OperationalError:
            raise DatabaseGone from None

    return handle


def _done(
    opener: Opener, act: str, request_id: uuid.UUID, holder_key_id: uuid.UUID | None, body: bytes
) -> tuple[dict[str, Any], bytes]:
    if act == "begin":
        return {}, opener.begin(request_id)
    if act == "open_record":
        what, content = opener.open_record(request_id)
        return {"what": what}, content
    if holder_key_id is None:
        raise ValueError(act)
    if act == "share_for":
        return {}, opener.share_for(request_id, holder_key_id)
    if act == "give_share":
        opener.give_share(request_id, holder_key_id, body)
        return {}, b""
    raise ValueError(act)
