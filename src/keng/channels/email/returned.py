"""What a letter that came back says: a delivery report, an automatic answer, or a person's words.

Whoever knows an address may write there, so nothing in it is to be trusted. It is read as far as it
takes to know what it is, and nothing of it leaves this module but a status code.
"""

import hashlib
import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from typing import Any

from keng.channels.email.addresses import tokens_in_headers
from keng.channels.email.replies import outcome_of_smtp_reply
from keng.channels.outcomes import Outcome
from keng.channels.wire import MailReply

# The report stands before the letter that it is about: what comes after this is never fetched.
LONGEST_READ = 256 * 1024
# The parser takes time by lines times the depth of parts; a letter in base64 has 3,400 lines.
_MOST_LINES = 10_000
_MOST_PARTS = 20
_LONGEST_TEXT = 64 * 1024
_LONGEST_FIELD = 1000
_LONGEST_MESSAGE_ID = 998
_SMTP_CODE = re.compile(r"(?<![\d.])([45]\d\d)(?![\d.])")
_ENHANCED = re.compile(r"(?<![\d.])([45])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
# Both codes side by side: a date or a version looks like one of them.
_SMTP_REPLY = re.compile(r"(?<![\d.])([45]\d\d)[ -]#?([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
_POSTMASTERS = ("mailer-daemon@", "postmaster@", "<mailer-daemon", "<postmaster")
# Says nothing more than the class (RFC 3463): what the server said to it may say more.
_GENERAL = ("4.0.0", "5.0.0")
_NO_ONE_CODE = 554
_NO_MORE_FOR_NOW = 450


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """What a mail server says became of one letter."""

    is_final: bool
    """Whether it has given up; else it tries on."""
    enhanced: str
    """The enhanced status code (RFC 3463), or ""."""
    smtp_code: int

    @property
    def outcome(self) -> Outcome:
        """As if it had been said while the letter was handed over.

        Only a code that names the mailbox ends the address: in a report nobody says at which step
        a server refused, and a bare 550 may be about the words of one letter.
        """
        code = f"{self.smtp_code} {self.enhanced}".strip()
        if not self.is_final:
            return Outcome("retry", reason="delayed", code=code)
        outcome = outcome_of_smtp_reply(MailReply("end", self.smtp_code, self.enhanced), "")
        if outcome.kind == "gone":
            return outcome
        return Outcome("reject", reason=outcome.reason or "given up", code=code)


@dataclass(frozen=True, slots=True)
class ReturnedLetter:
    """One letter from the mailbox, as far as it matters here."""

    tokens: tuple[str, ...] = field(default=(), repr=False)
    """Of the addresses it was sent to; whoever keeps the key says which are true."""
    message_id: str = field(default="", repr=False)
    """Its Message-ID, or a hash where it has none: the same letter has the same."""
    report: DeliveryReport | None = None
    is_automatic: bool = False
    """Whether no person wrote it: an absence note, a read receipt, whatever a machine sent back."""


class _BoundedMessage(Message):
    """The standard library splits a Content-Type in quadratic time (Python 3.11)."""

    def get_param(self, param: str, failobj: Any = None, *more: Any, **named: Any) -> Any:
        if len(str(self.get("Content-Type", ""))) > _LONGEST_FIELD:
            return failobj
        return super().get_param(param, failobj, *more, **named)


def read_returned_letter(raw: bytes, return_address: str) -> ReturnedLetter:
    """Never raises: what cannot be read is a letter without a token."""
    raw = b"".join(raw[:LONGEST_READ].splitlines(keepends=True)[:_MOST_LINES])
    try:
        return _read(message_from_bytes(raw, _BoundedMessage), raw, return_address)
    # The parser of the standard library fails in many ways over what nobody would send.
    except Exception:  # noqa: BLE001 -- a letter that breaks it must not stop the ones behind it
        return ReturnedLetter()


def _read(letter: Message, raw: bytes, return_address: str) -> ReturnedLetter:
    # Mail servers write "Auto-Submitted: auto-replied" into their reports, too (Postfix, Exim).
    status = _status_part(letter)
    is_answer = status is None and _is_automatic_answer(letter)
    if status is not None:
        report = _report_of_part(status)
    else:
        report = None if is_answer else _plain_report(letter)
    return ReturnedLetter(
        tokens=tuple(tokens_in_headers(letter, return_address)),
        message_id=_message_id(letter, raw),
        report=report,
        is_automatic=is_answer or status is not None or _is_from_machine(letter),
    )


def _message_id(letter: Message, raw: bytes) -> str:
    header = _header(letter, "Message-ID").strip()
    return header[:_LONGEST_MESSAGE_ID] or hashlib.sha256(raw).hexdigest()


def _header(letter: Message, name: str) -> str:
    return str(letter.get(name, ""))[:_LONGEST_FIELD]


def _is_automatic_answer(letter: Message) -> bool:
    """Absence notes and read receipts: they come to the same address as reports do (RFC 3834)."""
    submitted = _header(letter, "Auto-Submitted").strip().lower()
    return (
        submitted.startswith("auto-replied")
        or _header(letter, "Precedence").strip().lower() == "auto_reply"
        or any(name in letter for name in ("X-Autoreply", "X-Autorespond"))
        or str(letter.get_param("report-type", "")).lower() == "disposition-notification"
    )


def _is_from_machine(letter: Message) -> bool:
    sender = _header(letter, "From").lower()
    return (
        _header(letter, "Return-Path").strip() == "<>"
        or any(word in sender for word in _POSTMASTERS)
        or letter.get_content_type() == "multipart/report"
    )


def _parts(letter: Message) -> list[Message]:
    """Those of the letter itself: what it has attached is the letter that came back."""
    payload = letter.get_payload()
    parts = payload if letter.is_multipart() and isinstance(payload, list) else [letter]
    return [part for part in parts[:_MOST_PARTS] if isinstance(part, Message)]


def _status_part(letter: Message) -> Message | None:
    """The part that makes a letter a report by the standard (RFC 3464)."""
    for part in _parts(letter):
        if part.get_content_type() == "message/delivery-status":
            return part
    return None


def _report_of_part(status: Message) -> DeliveryReport | None:
    """Of its first recipient: one letter had one."""
    blocks = status.get_payload()
    for block in blocks[:_MOST_PARTS] if isinstance(blocks, list) else []:
        if isinstance(block, Message) and ("Action" in block or "Status" in block):
            return _report_of_block(block)
    return None


def _report_of_block(block: Message) -> DeliveryReport | None:
    action = _header(block, "Action").strip().lower()
    diagnosis = _header(block, "Diagnostic-Code")
    enhanced = _enhanced_in(_header(block, "Status"))
    if enhanced in ("", *_GENERAL):
        enhanced = _enhanced_in(diagnosis) or enhanced
    if action in ("failed", "delayed"):
        is_final = action == "failed"
    elif not action and enhanced:
        is_final = enhanced.startswith("5")
    else:
        return None
    return _report(enhanced, diagnosis, is_final=is_final)


def _plain_report(letter: Message) -> DeliveryReport | None:
    """Of a mail server that reports in words alone: a code it quotes says what happened."""
    if not _is_from_machine(letter):
        return None
    for part in _parts(letter):
        if part.get_content_maintype() != "text":
            continue
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes):
            continue
        text = payload[:_LONGEST_TEXT].decode("ascii", "replace")
        reply = _SMTP_REPLY.search(text)
        if reply and reply[1][0] == reply[2][0]:
            return _report(reply[2], reply[1], is_final=reply[1].startswith("5"))
    return None


def _report(enhanced: str, diagnosis: str, *, is_final: bool) -> DeliveryReport:
    quoted = _SMTP_CODE.search(diagnosis)
    code = int(quoted[1]) if quoted else 0
    if code // 100 != (5 if is_final else 4):
        code = _NO_ONE_CODE if is_final else _NO_MORE_FOR_NOW
    return DeliveryReport(is_final, enhanced, code)


def _enhanced_in(text: str) -> str:
    found = _ENHANCED.search(text)
    return ".".join(found.groups()) if found else ""
