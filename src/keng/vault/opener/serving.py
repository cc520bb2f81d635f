"""The opener's turn of the loop: a question comes in, an act is done, an answer goes out."""

import select
import socket
import time
import uuid
from typing import Any

import psycopg

from keng.vault.opener.one_time_keys import OneTimeKeys
from keng.vault.opener.opener_rows import OpenerRows
from keng.vault.opener.opener_socket import Handler, serve_one
from keng.vault.opener.resharing_acts import Resharer
from keng.vault.opener.sessions import Opener
from keng.vault.opener_client import CannotOpen

_LOOKS_EVERY = 5.0


class DatabaseGone(Exception):
    """The one connection is lost; another process makes another one."""


def serve_until_lost(
    server: socket.socket, rows: OpenerRows, idle_seconds: float | None = None
) -> None:
    """Answer until the database is gone. Raises DatabaseGone.

    With `idle_seconds` it returns once nobody has asked for so long and nothing is on its way here:
    whoever asks next waits at the socket until another process takes it.
    """
    once = OneTimeKeys()
    opener = Opener(rows, once)
    handle = handler_of(opener, Resharer(rows, once))
    asked_at = time.monotonic()
    looks_every = _LOOKS_EVERY if idle_seconds is None else min(_LOOKS_EVERY, idle_seconds)
    while True:
        ready, _, _ = select.select([server], [], [], looks_every)
        if ready:
            serve_one(server, handle)
            asked_at = time.monotonic()
        elif opener.is_idle:
            if idle_seconds is not None and time.monotonic() - asked_at >= idle_seconds:
                return
            if not rows.is_there():
                raise DatabaseGone


def handler_of(opener: Opener, resharer: Resharer) -> Handler:
    """What answers one question. Raises DatabaseGone."""

    def handle(
        act: str, request_id: uuid.UUID, holder_key_id: uuid.UUID | None, body: bytes
    ) -> tuple[dict[str, Any], bytes]:
        try:
            if holder_key_id is None:
                return _done_for_all(opener, resharer, act, request_id)
            return _done_for_holder(opener, resharer, act, (request_id, holder_key_id), body)
        except CannotOpen as error:
            return {"error": type(error).__name__}, b""
        except (psycopg.OperationalError, psycopg.errors.ReadOnlySqlTransaction):
            raise DatabaseGone from None

    return handle


def _done_for_all(
    opener: Opener, resharer: Resharer, act: str, request_id: uuid.UUID
) -> tuple[dict[str, Any], bytes]:
    """What is asked of a request as a whole."""
    match act:
        case "begin":
            return {}, opener.begin(request_id)
        case "open_record":
            what, content = opener.open_record(request_id)
            return {"what": what}, content
        case "send_on":
            opener.send_on(request_id)
            return {}, b""
        case "begin_resharing":
            return {}, resharer.begin(request_id)
        case "reshare":
            resharer.reshare(request_id)
            return {}, b""
        case "reseal":
            records, is_done = resharer.reseal(request_id)
            return {"records": records, "done": is_done}, b""
        case "reseal_file":
            path, sealed = resharer.reseal_file(request_id)
            return {"path": path}, sealed
    raise ValueError(act)


def _done_for_holder(
    opener: Opener, resharer: Resharer, act: str, of: tuple[uuid.UUID, uuid.UUID], body: bytes
) -> tuple[dict[str, Any], bytes]:
    """What is asked of a request and one holder's key."""
    match act:
        case "share_for":
            return {}, opener.share_for(*of)
        case "give_share":
            opener.give_share(*of, body)
            return {}, b""
        case "shares_for_resharing":
            return {}, resharer.shares_for(*of)
        case "give_for_resharing":
            resharer.give(*of, body)
            return {}, b""
    raise ValueError(act)
