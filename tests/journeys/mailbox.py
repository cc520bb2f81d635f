"""A real SMTP server that keeps every letter, for the journeys."""

import email
import email.policy
import time
from email.message import EmailMessage
from types import TracebackType
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.stack import free_ports


class Mailbox:
    """Letters by recipient."""

    def __init__(self) -> None:
        self.port = free_ports(1)[0]
        self.url = f"smtp://127.0.0.1:{self.port}"
        self._letters: list[tuple[str, EmailMessage]] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    # Aiosmtpd's name.
    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        letter = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self._letters += [(recipient, letter) for recipient in envelope.rcpt_tos]
        return "250 2.0.0 kept"

    def wait_for(self, recipient: str, words: str = "", within: float = 40) -> EmailMessage:
        """The newest letter to somebody whose text holds these words."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            for to, letter in reversed(self._letters):
                if to == recipient and words in text_of(letter):
                    return letter
            time.sleep(0.1)
        told = [text_of(letter)[:200] for to, letter in self._letters if to == recipient]
        raise AssertionError(f"no letter to {recipient} with {words!r}: {told}")

    def has(self, recipient: str, words: str) -> bool:
        """Whether a letter with these words has come to somebody."""
        return any(to == recipient and words in text_of(letter) for to, letter in self._letters)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._controller.stop()


def text_of(letter: EmailMessage) -> str:
    """The plain text of a letter."""
    body = letter.get_body(preferencelist=("plain",))
    return body.get_content() if body else ""
