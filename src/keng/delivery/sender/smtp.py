"""SMTP for the sender: the standard library's client, a few connections that live on."""

import asyncio
import contextlib
import queue
import re
import smtplib
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from keng.channels.base import Mail, MailReply, SmtpStage
from keng.kit.noted_certificates import checked_context
from keng.kit.refused_certificates import refused_certificate

SMTP_CONNECTIONS = 4
SMTP_SECONDS = 20.0
_EOL = re.compile(rb"\r\n|\r|\n")
_DOT = re.compile(rb"^\.", re.MULTILINE)
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
_MUST_ENCRYPT = (530, b"5.7.0 encryption required")


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A server: smtp://host:port, smtps:// for TLS from the start, ?starttls=1 to insist on it."""

    url: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


def smtp_server(base_url: str, credentials: Mapping[str, str]) -> SmtpServer:
    """The server of an account."""
    return SmtpServer(base_url, credentials.get("user", ""), credentials.get("password", ""))


class SmtpClient:
    """The connections to one server, used again while they live."""

    def __init__(self, server: SmtpServer) -> None:
        self.server = server
        self._idle: queue.SimpleQueue[smtplib.SMTP] = queue.SimpleQueue()
        self._threads = ThreadPoolExecutor(SMTP_CONNECTIONS, thread_name_prefix="sender-post")

    async def carry(self, mail: Mail) -> MailReply:
        """The reply that ended the transaction."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._transact, mail)

    def greet(self) -> MailReply:
        """What the server says to a MailGreeting. Raises SMTPException, OSError if nothing."""
        try:
            self._connect().quit()
        except smtplib.SMTPResponseException as error:
            return _refusal(error, "hello")
        return MailReply("hello", 250)

    def close(self) -> None:
        """Say goodbye on every idle connection."""
        self._threads.shutdown()
        with contextlib.suppress(queue.Empty):
            while True:
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    self._idle.get_nowait().quit()

    def _transact(self, mail: Mail) -> MailReply:
        stage: SmtpStage = "connect"
        server: smtplib.SMTP | None = None
        try:
            server = self._fresh_or_idle()
            stage = "mail"
            code, words = server.mail(mail.sender)
            if code < 400:
                stage = "rcpt"
                code, words = server.rcpt(mail.recipient)
            if code < 400:
                stage = "data"
                code, words = server.docmd("DATA")
            if code == 354:
                stage = "end"
                code, words = self._send_content(server, mail.data)
            self._idle.put(server)
            return MailReply(stage, code, _enhanced(words))
        except smtplib.SMTPResponseException as error:
            self._drop(server)
            return _refusal(error, stage)
        except (smtplib.SMTPException, OSError) as error:
            self._drop(server)
            return MailReply(stage, None, certificate=refused_certificate(error))

    @staticmethod
    def _send_content(server: smtplib.SMTP, data: bytes) -> tuple[int, bytes]:
        # Lines end in CRLF and a leading dot is doubled (RFC 5321 section 4.5.2).
        quoted = _DOT.sub(b"..", _EOL.sub(b"\r\n", data))
        server.send(quoted if quoted.endswith(b"\r\n") else quoted + b"\r\n")
        server.send(b".\r\n")
        return server.getreply()

    def _fresh_or_idle(self) -> smtplib.SMTP:
        while True:
            try:
                server = self._idle.get_nowait()
            except queue.Empty:
                return self._connect()
            try:
                if server.rset()[0] == 250:
                    return server
            except (smtplib.SMTPException, OSError):
                pass
            self._drop(server)

    def _connect(self) -> smtplib.SMTP:
        parts = urlsplit(self.server.url)
        host, tls = parts.hostname or "127.0.0.1", checked_context("mail")
        server: smtplib.SMTP
        if parts.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=SMTP_SECONDS, context=tls)
        else:
            server = smtplib.SMTP(host, parts.port or 25, timeout=SMTP_SECONDS)
        try:
            self._introduce(server, parts, tls)
        except BaseException:
            self._drop(server)
            raise
        return server

    def _introduce(self, server: smtplib.SMTP, parts: SplitResult, tls: ssl.SSLContext) -> None:
        """Encrypt whenever the server can; a password goes over no open network."""
        server.ehlo_or_helo_if_needed()
        user = self.server.user or unquote(parts.username or "")
        is_safe = parts.scheme == "smtps" or parts.hostname in _THIS_MACHINE
        insists = "starttls=1" in parts.query
        if (insists or not is_safe) and server.has_extn("starttls"):
            server.starttls(context=tls)
            server.ehlo()
        elif insists or (user and not is_safe):
            raise smtplib.SMTPAuthenticationError(*_MUST_ENCRYPT)
        if user:
            server.login(user, self.server.password or unquote(parts.password or ""))

    @staticmethod
    def _drop(server: smtplib.SMTP | None) -> None:
        if server is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                server.close()


def _refusal(error: smtplib.SMTPResponseException, stage: SmtpStage) -> MailReply:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        stage = "auth"
    return MailReply(stage, error.smtp_code, _enhanced(error.smtp_error))


def _enhanced(words: Any) -> str:
    """The enhanced status code (RFC 3463) at the start of a reply, or nothing."""
    text = words.decode("ascii", "replace") if isinstance(words, bytes) else str(words)
    first = text.split(" ", 1)[0]
    return first if first.count(".") == 2 and first.replace(".", "").isdigit() else ""
