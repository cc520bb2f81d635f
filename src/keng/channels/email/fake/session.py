"""One connection to the fake mail server (RFC 5321, 1870, 3207, 4954)."""

import asyncio
import base64
import binascii
import hmac
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from keng.channels.email.addresses import is_mailbox
from keng.channels.email.fake.letter_check import LetterReader, fault_of_letter
from keng.channels.email.fake.letters import KeptLetter
from keng.channels.fake.faults import Fault

if TYPE_CHECKING:
    from keng.channels.email.fake.server import FakeMailServer

LINE_LIMIT = 65_536
"""A line beyond it ends the connection."""
_COMMAND_LIMIT = 512
_MAIL = re.compile(r"FROM:<([^<>\s]*)>((?: [A-Za-z0-9=-]+)*)", re.IGNORECASE)
_RCPT = re.compile(r"TO:<([^<>\s]+)>", re.IGNORECASE)
_BAD_ORDER = "503 5.5.1 not now"
_WRONG_PASSWORD = "535 5.7.8 user or password is wrong"  # noqa: S105 -- a reply


class _End(Exception):
    """Nothing more is said on this connection."""


class SmtpSession:
    """What one sender has said so far."""

    def __init__(
        self,
        server: "FakeMailServer",
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._is_greeted = False
        self._is_signed_in = False
        self._is_encrypted = False
        self._sender: str | None = None
        self._recipient = ""
        self._commands: dict[str, Callable[[str], Awaitable[str]]] = {
            "EHLO": self._ehlo,
            "HELO": self._ehlo,
            "AUTH": self._auth,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "RSET": self._rset,
            "NOOP": self._noop,
        }

    async def run(self) -> None:
        """Until the sender leaves or is cut off."""
        try:
            await self._step("CONNECT", self._greet)
            while line := await self._reader.readline():
                await self._command(line)
        except (_End, ValueError):
            # ValueError: a line beyond the limit.
            return

    async def _command(self, line: bytes) -> None:
        if not line.endswith(b"\r\n") or len(line) > _COMMAND_LIMIT or not line.isascii():
            await self._step("?", self._reply("500 5.5.2 no command"))
            return
        verb, _, rest = line[:-2].decode().partition(" ")
        verb = verb.upper()
        if verb == "QUIT":
            await self._step("QUIT", self._reply("221 2.0.0 goodbye"))
            raise _End
        if verb == "DATA":
            await self._data()
        elif verb == "STARTTLS":
            await self._start_tls()
        elif verb in self._commands:
            await self._step(_step_name(verb, rest), lambda: self._commands[verb](rest))
        else:
            await self._step(verb[:20], self._reply("500 5.5.1 not known here"))

    async def _step(self, name: str, act: Callable[[], Awaitable[str]]) -> str:
        """Do it and reply, or what a test ordered instead; the reply."""
        fault = self._server.faults.next_fault(name)
        entry = self._server.log_step(name, fault)
        if fault is not None and fault.drop == "before_read":
            self._cut()
        reply = _ordered_reply(fault) if fault is not None and fault.replaces else await act()
        entry.status = int(reply[:3])
        content = reply.encode() + b"\r\n"
        if fault is not None:
            await asyncio.sleep(fault.delay)
            if fault.truncate is not None:
                self._writer.write(content[: fault.truncate])
                await self._writer.drain()
                raise _End
            if fault.drop:
                self._cut()
        self._writer.write(content)
        await self._writer.drain()
        return reply

    def _cut(self) -> None:
        self._writer.transport.abort()
        raise _End

    @staticmethod
    def _reply(text: str) -> Callable[[], Awaitable[str]]:
        async def reply() -> str:
            return text

        return reply

    async def _greet(self) -> str:
        return "220 fake.keng.example ESMTP"

    async def _ehlo(self, name: str) -> str:
        if not name.strip():
            return "501 5.5.4 who is there?"
        self._is_greeted = True
        self._forget_letter()
        own = self._server.settings
        lines = ["fake.keng.example", f"SIZE {own.most_bytes}", "ENHANCEDSTATUSCODES"]
        can_encrypt = self._server.certificate is not None
        if can_encrypt and not self._is_encrypted:
            lines.append("STARTTLS")
        if own.user and (self._is_encrypted or not can_encrypt):
            lines.append("AUTH PLAIN LOGIN")
        return "\r\n".join([f"250-{line}" for line in lines[:-1]] + [f"250 {lines[-1]}"])

    async def _start_tls(self) -> None:
        certificate = self._server.certificate
        if certificate is None or self._is_encrypted or not self._is_greeted:
            await self._step("STARTTLS", self._reply(_BAD_ORDER))
            return
        if not (await self._step("STARTTLS", self._reply("220 2.0.0 go on"))).startswith("220"):
            return
        await self._writer.start_tls(certificate.server_context())
        # What was said in the open counts no more (RFC 3207 section 4.2).
        self._is_encrypted, self._is_greeted = True, False
        self._forget_letter()

    async def _auth(self, rest: str) -> str:
        own = self._server.settings
        if not own.user or self._is_signed_in or not self._is_greeted:
            return _BAD_ORDER
        if self._server.certificate is not None and not self._is_encrypted:
            return "538 5.7.11 encryption required"
        way, _, initial = rest.partition(" ")
        match way.upper():
            case "PLAIN":
                answer = (initial and _decoded(initial)) or await self._ask("")
                parts = answer.split("\0")
                user, password = parts[1:] if len(parts) == 3 else ("", "")
            case "LOGIN":
                user = (initial and _decoded(initial)) or await self._ask("Username:")
                password = await self._ask("Password:")
            case _:
                return "504 5.5.4 PLAIN or LOGIN"
        is_right = hmac.compare_digest(
            f"{user}\0{password}".encode(), f"{own.user}\0{own.password}".encode()
        )
        self._is_signed_in = is_right
        return "235 2.7.0 welcome" if is_right else _WRONG_PASSWORD

    async def _ask(self, question: str) -> str:
        self._writer.write(b"334 " + base64.b64encode(question.encode()) + b"\r\n")
        await self._writer.drain()
        return _decoded((await self._reader.readline()).decode("ascii", "replace").strip())

    async def _mail(self, rest: str) -> str:
        if not self._is_greeted or self._sender is not None:
            return _BAD_ORDER
        if self._server.settings.user and not self._is_signed_in:
            return "530 5.7.0 sign in first"
        named = _MAIL.fullmatch(rest.strip())
        if named is None or not (named[1] == "" or is_mailbox(named[1])):
            return "501 5.1.7 no sender's address"
        for parameter in named[2].split():
            key, _, value = parameter.upper().partition("=")
            if key != "SIZE" or not value.isdigit():
                return "555 5.5.4 parameter not known"
            if int(value[:18]) > self._server.settings.most_bytes:
                return "552 5.3.4 too large"
        self._sender = named[1]
        return "250 2.1.0 ok"

    async def _rcpt(self, rest: str) -> str:
        if self._sender is None:
            return _BAD_ORDER
        named = _RCPT.fullmatch(rest.strip())
        if named is None or not is_mailbox(named[1]):
            return "501 5.1.3 no address"
        if self._recipient:
            # Nobody may read who else got the letter.
            return "452 4.5.3 one recipient per letter"
        if refusal := self._server.settings.refused.get(named[1]):
            return refusal
        self._recipient = named[1]
        return "250 2.1.5 ok"

    async def _rset(self, _rest: str) -> str:
        self._forget_letter()
        return "250 2.0.0 ok"

    async def _noop(self, _rest: str) -> str:
        return "250 2.0.0 ok"

    async def _data(self) -> None:
        if not self._recipient:
            await self._step("DATA", self._reply("503 5.5.1 for whom?"))
            return
        go_on = await self._step("DATA", self._reply("354 end with a line of one dot"))
        if not go_on.startswith("354"):
            return
        # Read here, so that a fault at END meets a letter that was sent whole.
        letter = LetterReader(self._server.settings.most_bytes)
        while letter.takes(await self._reader.readuntil(b"\n")):
            pass
        await self._step(f"END {self._recipient}", lambda: self._keep(letter))
        self._forget_letter()

    async def _keep(self, letter: LetterReader) -> str:
        server = self._server
        fault = letter.fault or fault_of_letter(
            letter.content, server.clock.now(), server.settings.date_within
        )
        if fault:
            return fault
        server.keep(KeptLetter(self._sender or "", self._recipient, letter.content))
        return "250 2.0.0 kept"

    def _forget_letter(self) -> None:
        self._sender, self._recipient = None, ""


def _step_name(verb: str, rest: str) -> str:
    """For the journal and for faults: the address of a command, and never a password."""
    if verb == "AUTH":
        return f"AUTH {rest.partition(' ')[0]}"
    if verb in ("MAIL", "RCPT"):
        return f"{verb} {rest.partition('<')[2].partition('>')[0]}"
    return f"{verb} {rest}".strip()[:300]


def _ordered_reply(fault: Fault) -> str:
    return f"{fault.status or 451} {fault.body or 'as ordered'}"


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
