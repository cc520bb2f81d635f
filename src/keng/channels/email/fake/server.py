"""The fake mail server: SMTP on one port, the page and the switches of every fake on another.

A fault's `match` is found in what the journal says of a step: CONNECT, EHLO name, STARTTLS, AUTH
way, MAIL address, RCPT address, DATA, and END address for the letter itself. `status` and `body`
are the reply's number and words. Cut after_accept at END the letter is there, and its sender does
not know.
"""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiohttp import web

from keng.channels.base import Credentials
from keng.channels.email.fake.certificate import SelfSigned, self_signed
from keng.channels.email.fake.letters import KeptLetter, text_of
from keng.channels.email.fake.session import LINE_LIMIT, SmtpSession
from keng.channels.fake import CallRecord, FakeProvider, ProviderCall
from keng.channels.fake.faults import Fault


@dataclass(slots=True)
class MailSettings:
    """What this server asks for."""

    smtp_port: int = 0
    """0: any that is free."""
    user: str = ""
    """With one nobody sends before they signed in."""
    password: str = field(default="", repr=False)
    starttls: bool = False
    """Whether it can encrypt, and takes a password by no other way."""
    most_bytes: int = 10_000_000
    refused: dict[str, str] = field(default_factory=dict)
    """Mailboxes, each with what is replied when a letter is for it."""
    date_within: float = 86_400.0
    """How many seconds the Date of a letter may be away from this server's clock."""


class FakeMailServer(FakeProvider):
    """Every mailbox is here, but those that `refused` names."""

    title = "E-mail"
    settings: MailSettings
    page_faults = {
        "busy": ("Đang bận (451)", {"status": 451, "body": "4.3.0 busy"}),
        "grey": ("Hẹn gửi lại sau (450)", {"match": "RCPT", "status": 450, "body": "4.7.1 later"}),
        "gone": (
            "Không có hộp thư này (550)",
            {"match": "RCPT", "status": 550, "body": "5.1.1 no such mailbox"},
        ),
        "policy": (
            "Không nhận thư của Kẻng (550)",
            {"match": "END", "status": 550, "body": "5.7.1 reputation"},
        ),
        "slow": ("Trả lời chậm 10 giây", {"delay": 10.0}),
        "before_read": ("Ngắt kết nối, chưa nhận gì", {"drop": "before_read"}),
        "after_accept": (
            "Đã nhận thư rồi ngắt, không trả lời",
            {"match": "END", "drop": "after_accept"},
        ),
    }

    def __init__(self, settings: MailSettings | None = None) -> None:
        super().__init__(settings or MailSettings())
        self.smtp_port = 0
        self.letters: list[KeptLetter] = []
        """All that were taken; `delivered` has a Message-ID once, as mail programs show it."""
        self.certificate: SelfSigned | None = self_signed() if self.settings.starttls else None
        self._message_ids: set[tuple[str, str]] = set()
        self._talks: set[asyncio.Task[None]] = set()
        self._arrived = threading.Condition()

    @property
    def url(self) -> str:
        """What an account's setting `server` is for it."""
        return f"smtp://127.0.0.1:{self.smtp_port}"

    def credentials(self) -> Credentials:
        """What the adapter needs to send through this server."""
        own = self.settings
        signed_in = {"user": own.user, "password": own.password} if own.user else {}
        return Credentials(server=self.url, from_address="canh-bao@keng.example", **signed_in)

    def secrets(self) -> tuple[str, ...]:
        return (self.settings.password,)

    def answer(self, call: ProviderCall) -> web.Response:
        """Nothing: letters come by SMTP."""
        return web.Response(status=404)

    def webhook_calls(self, order: Mapping[str, Any]) -> list[tuple[str, dict[str, str], bytes]]:
        """None: a mail server calls nobody."""
        return []

    @contextlib.asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[None]:
        async with super().serving(port):
            server = await asyncio.start_server(
                self._open_talk, "127.0.0.1", self.settings.smtp_port, limit=LINE_LIMIT
            )
            self.smtp_port = server.sockets[0].getsockname()[1]
            try:
                yield
            finally:
                server.close()
                for talk in self._talks:
                    talk.cancel()
                await asyncio.gather(*self._talks, return_exceptions=True)

    def _open_talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.get_running_loop().create_task(self._talk(reader, writer))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await SmtpSession(self, reader, writer).run()
        except (OSError, ssl.SSLError, asyncio.IncompleteReadError):
            # The sender went away, as it may.
            writer.transport.abort()
        finally:
            writer.close()

    def log_step(self, step: str, fault: Fault | None) -> CallRecord:
        """One more line of the journal."""
        name = fault.name if fault else ""
        entry = CallRecord(len(self.journal), self.clock.now(), "SMTP", step, fault=name)
        self.journal.append(entry)
        return entry

    def keep(self, letter: KeptLetter) -> None:
        """It is there from now on, for whoever waits for it too."""
        parsed = letter.parsed()
        known_by = (letter.recipient, str(parsed["Message-ID"]))
        with self._arrived:
            self.letters.append(letter)
            if known_by not in self._message_ids:
                self._message_ids.add(known_by)
                self.deliver(letter.recipient, f"{parsed['Subject']}\n\n{text_of(parsed)}")
            self._arrived.notify_all()

    def forget(self) -> None:
        """As if it had just been started: no letters, no faults, nobody refused."""
        self.letters.clear()
        self.delivered.clear()
        self.journal.clear()
        self._message_ids.clear()
        self.faults.clear()
        self.settings.refused.clear()

    def letters_to(self, recipient: str) -> list[EmailMessage]:
        """Every letter to somebody, oldest first, one that came twice twice."""
        return [each.parsed() for each in self.letters if each.recipient == recipient]

    def has(self, recipient: str, words: str) -> bool:
        """Whether a letter with these words has come to somebody."""
        return any(words in text_of(letter) for letter in self.letters_to(recipient))

    def wait_for(self, recipient: str, words: str = "", within: float = 40) -> EmailMessage:
        """The newest letter to somebody whose text holds these words."""
        search = self._newest_with(recipient, words)
        with self._arrived:
            if letter := self._arrived.wait_for(search, within):
                return letter
        texts = [text_of(letter)[:200] for letter in self.letters_to(recipient)]
        raise AssertionError(f"no letter to {recipient} with {words!r}: {texts}")

    def _newest_with(self, recipient: str, words: str) -> Callable[[], EmailMessage | None]:
        def search() -> EmailMessage | None:
            newest_first = reversed(self.letters_to(recipient))
            return next((letter for letter in newest_first if words in text_of(letter)), None)

        return search
