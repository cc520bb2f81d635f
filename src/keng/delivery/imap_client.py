"""A mailbox over IMAP: the standard library's client, held to sizes and to one end of time."""

import contextlib
import imaplib
import re
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from keng.kit.noted_certificates import checked_context
from keng.kit.refused_certificates import refused_certificate

IMAP_SECONDS = 20.0
# One round, whatever the server does: then the next round goes on.
ROUND_SECONDS = 90.0
# A server may announce a piece of any size; ours asks for less than this.
_LARGEST_PIECE = 1024 * 1024
_MOST_OF_A_ROUND = 32 * 1024 * 1024
_WINDOW = 2000
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
_NUMBER = re.compile(rb"\d{1,10}")


class MailboxFault(Exception):
    """The mailbox cannot be read; the message says why, for an operator, and names nobody."""

    def __init__(self, words: str, *, is_refusal: bool = False) -> None:
        super().__init__(words)
        self.is_refusal = is_refusal
        """Whether it let us in no further: tried too often it may lock us out."""


@dataclass(frozen=True, slots=True)
class MailboxAccess:
    """Where letters come back to: imaps://host:port, or imap:// with STARTTLS."""

    url: str
    user: str = field(repr=False)
    password: str = field(repr=False)


def return_mailbox_access(credentials: Mapping[str, str]) -> MailboxAccess | None:
    """Of an account; None where what comes back is not read."""
    if not credentials.get("return_address") or not credentials.get("return_server"):
        return None
    return MailboxAccess(
        credentials["return_server"],
        credentials.get("return_user") or credentials.get("user", ""),
        credentials.get("return_password") or credentials.get("password", ""),
    )


class _Limited:
    """Of a connection: no piece larger than one megabyte, and an end however slow the server is."""

    sock: socket.socket

    def open(self, *where: object, **how: object) -> None:
        super().open(*where, **how)  # type: ignore[misc]
        self._received = 0
        self._end = threading.Timer(ROUND_SECONDS, self._cut)
        self._end.daemon = True
        self._end.start()

    def read(self, size: int) -> bytes:
        if size > _LARGEST_PIECE:
            raise MailboxFault("it sends more than was asked for")
        return self._counted(super().read(size))  # type: ignore[misc]

    def readline(self) -> bytes:
        return self._counted(super().readline())  # type: ignore[misc]

    def shutdown(self) -> None:
        self._end.cancel()
        super().shutdown()  # type: ignore[misc]

    def _counted(self, received: bytes) -> bytes:
        self._received += len(received)
        if self._received > _MOST_OF_A_ROUND:
            raise MailboxFault("it sends more than was asked for")
        return received

    def _cut(self) -> None:
        # Whoever reads from it in the worker's thread finds it ended.
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)


class _Plain(_Limited, imaplib.IMAP4):
    pass


class _Encrypted(_Limited, imaplib.IMAP4_SSL):
    pass


class OpenMailbox:
    """Its INBOX, while it is open. Every method raises MailboxFault."""

    def __init__(self, connection: imaplib.IMAP4) -> None:
        self._connection = connection
        self.numbering, self._next = self._select()
        """What the server calls this numbering of letters: with another, numbers mean others."""

    def portions_after(self, read_up_to: int, most: int) -> Iterator[tuple[list[int], int]]:
        """The next letters, and up to which number was looked: without any until there are some.

        Numbers may lie far apart, so that each look without a letter doubles the next one.
        """
        first, window = read_up_to + 1, _WINDOW
        while first < self._next:
            last = min(first + window, self._next) - 1
            numbers = self._search(first, last)
            if len(numbers) > most:
                numbers, last = numbers[:most], numbers[most - 1]
            yield numbers, last
            if numbers:
                return
            first, window = last + 1, window * 2

    def beginning(self, number: int, size: int) -> bytes | None:
        """So much of a letter, unread as it was; None where the server does not give it out."""
        with _faults():
            status, answer = self._connection.uid("FETCH", str(number), f"(BODY.PEEK[]<0.{size}>)")
        for part in answer if status == "OK" else ():
            if isinstance(part, tuple):
                return bytes(part[1])
        return None

    def delete(self, number: int) -> None:
        """For good where the server can delete it alone; else it is marked as deleted."""
        self._ask("STORE", str(number), "+FLAGS.SILENT", r"(\Deleted \Seen)")
        if "UIDPLUS" in self._connection.capabilities:
            self._ask("EXPUNGE", str(number))

    def _select(self) -> tuple[int, int]:
        with _faults():
            status, _count = self._connection.select("INBOX")
            if status != "OK":
                raise MailboxFault("it has no INBOX", is_refusal=True)
            numbering = self._connection.response("UIDVALIDITY")[1]
            following = self._connection.response("UIDNEXT")[1]
        return _number_in(numbering), _number_in(following)

    def _search(self, first: int, last: int) -> list[int]:
        answer = self._ask("SEARCH", "UID", f"{first}:{last}")
        lines = [bytes(line) for line in answer if isinstance(line, bytes)]
        numbers = {int(word) for line in lines for word in line.split() if word.isdigit()}
        return sorted(number for number in numbers if first <= number <= last)

    def _ask(self, command: str, *words: str) -> list[object]:
        with _faults():
            status, answer = self._connection.uid(command, *words)
        if status != "OK":
            raise MailboxFault(f"it refused {command}")
        return list(answer)


def _number_in(answer: list[bytes | None]) -> int:
    found = _NUMBER.search(answer[0]) if answer and answer[0] else None
    if found is None:
        raise MailboxFault("it does not number its letters")
    return int(found[0])


@contextlib.contextmanager
def open_mailbox(access: MailboxAccess) -> Iterator[OpenMailbox]:
    """Signed in, with its INBOX open; closed at the end. Raises MailboxFault."""
    with _faults():
        connection = _connect(access.url)
    try:
        with _faults():
            _sign_in(connection, access)
        yield OpenMailbox(connection)
    finally:
        with contextlib.suppress(imaplib.IMAP4.error, OSError, MailboxFault):
            connection.logout()
        with contextlib.suppress(OSError):
            connection.shutdown()


def _connect(url: str) -> imaplib.IMAP4:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme == "imaps":
        tls = checked_context("mail")
        return _Encrypted(host, parts.port or 993, ssl_context=tls, timeout=IMAP_SECONDS)
    connection = _Plain(host, parts.port or 143, IMAP_SECONDS)
    if host not in _THIS_MACHINE:
        try:
            _encrypt(connection)
        except BaseException:
            connection.shutdown()
            raise
    return connection


def _encrypt(connection: imaplib.IMAP4) -> None:
    """A password goes over no open network."""
    if "STARTTLS" not in connection.capabilities:
        raise MailboxFault("it does not encrypt: use imaps://", is_refusal=True)
    connection.starttls(checked_context("mail"))


def _sign_in(connection: imaplib.IMAP4, access: MailboxAccess) -> None:
    user, password = access.user, access.password
    try:
        if "AUTH=PLAIN" in connection.capabilities:
            # Unlike LOGIN it takes any letters.
            reply = f"\0{user}\0{password}".encode()
            connection.authenticate("PLAIN", lambda _challenge: reply)
        else:
            connection.login(user, password)
    except (imaplib.IMAP4.abort, UnicodeError):
        raise
    except imaplib.IMAP4.error as error:
        raise MailboxFault("it refuses user or password", is_refusal=True) from error
    # What it can may be more, once it knows us.
    status, answer = connection.capability()
    if status == "OK" and answer and answer[-1]:
        connection.capabilities = tuple(
            bytes(answer[-1]).decode("ascii", "replace").upper().split()
        )


@contextlib.contextmanager
def _faults() -> Iterator[None]:
    """Every way in which a server can fail, as one, without a word of what it said."""
    try:
        yield
    except MailboxFault:
        raise
    except (imaplib.IMAP4.error, OSError, UnicodeError, ValueError) as error:
        why = refused_certificate(error)
        kind = f"its certificate is not accepted: {why}" if why else type(error).__name__
        raise MailboxFault(f"it cannot be reached or read ({kind})") from error
