"""The fake mail server of the channel, run beside the product, for the journeys."""

from contextlib import ExitStack
from email.message import EmailMessage
from types import TracebackType
from typing import Self

from keng.channels.email.fake import FakeMailServer, MailSettings, text_of
from keng.channels.fake import running_provider
from tests.stack import free_ports

__all__ = ["Mailbox", "text_of"]


class Mailbox:
    """Letters by recipient. Its port is known before it runs: the stack's settings name it."""

    def __init__(self) -> None:
        self._server = FakeMailServer(MailSettings(smtp_port=free_ports(1)[0]))
        self.url = f"smtp://127.0.0.1:{self._server.settings.smtp_port}"
        self._running = ExitStack()

    def wait_for(self, recipient: str, words: str = "", within: float = 40) -> EmailMessage:
        """The newest letter to somebody whose text holds these words."""
        return self._server.wait_for(recipient, words, within)

    def has(self, recipient: str, words: str) -> bool:
        """Whether a letter with these words has come to somebody."""
        return any(words in text_of(letter) for letter in self._server.letters_to(recipient))

    def __enter__(self) -> Self:
        self._running.enter_context(running_provider(self._server))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._running.close()
