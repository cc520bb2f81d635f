"""What the fake mail server finds wrong with a letter: its lines, and the headers it must have."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime

_LINE_LIMIT = 1000
"""In bytes, with the two that end it (RFC 5321 section 4.5.3.1.6)."""
_ONE_EACH = ("From", "To", "Date", "Message-ID", "Subject")
_ONE_CLICK = "List-Unsubscribe=One-Click"


class LetterReader:
    """The lines after DATA, until the one of one dot. A letter with a fault is read to its end."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._lines: list[bytes] = []
        self._size = 0
        self.fault = ""
        """The reply that refuses it; empty where its lines are right."""

    @property
    def content(self) -> bytes:
        return b"".join(self._lines)

    def takes(self, line: bytes) -> bool:
        """Whether more is to come."""
        if line == b".\r\n":
            return False
        self._size += len(line)
        self.fault = self.fault or self._fault_of(line)
        if not self.fault:
            self._lines.append(line[1:] if line.startswith(b".") else line)
        return True

    def _fault_of(self, line: bytes) -> str:
        if self._size > self._most:
            return "552 5.3.4 too large"
        if not line.endswith(b"\r\n") or b"\r" in line[:-2]:
            return "554 5.6.0 a line ends with something else than CRLF"
        if len(line) > _LINE_LIMIT:
            return "554 5.6.0 a line is too long"
        if not line.isascii():
            return "554 5.6.1 eight bits where seven were agreed"
        if b"\0" in line:
            return "554 5.6.0 a zero byte"
        if line.startswith(b".") and not line.startswith(b".."):
            return "554 5.6.0 a dot that begins a line was not doubled"
        return ""


def fault_of_letter(content: bytes, now: float, date_within: float) -> str:
    """The reply that refuses a letter for its headers; empty where nothing is wrong."""
    letter = message_from_bytes(content, policy=default)
    for name in _ONE_EACH:
        if len(letter.get_all(name, [])) != 1:
            return f"554 5.6.0 not one {name}"
    if letter.defects:
        return f"554 5.6.0 {type(letter.defects[0]).__name__}"
    if not _is_message_id(str(letter["Message-ID"])):
        return "554 5.6.0 no Message-ID"
    try:
        written_at = parsedate_to_datetime(str(letter["Date"])).timestamp()
    except ValueError:
        return "554 5.6.0 no Date"
    if abs(written_at - now) > date_within:
        return "554 5.7.1 its Date is not of now"
    return _fault_of_ways_out(letter)


def _is_message_id(value: str) -> bool:
    left, at, right = value.removeprefix("<").removesuffix(">").partition("@")
    is_framed = value.startswith("<") and value.endswith(">")
    return is_framed and bool(left and at and right) and not set(value[1:-1]) & set("<> \t")


def _fault_of_ways_out(letter: EmailMessage) -> str:
    """Of a letter to many: how it is stopped, by one click where that is by https (RFC 8058)."""
    ways = str(letter["List-Unsubscribe"] or "")
    has_click = letter["List-Unsubscribe-Post"] is not None
    if has_click and letter["List-Unsubscribe-Post"] != _ONE_CLICK:
        return "554 5.7.1 List-Unsubscribe-Post is not as RFC 8058 has it"
    if has_click != ("<https://" in ways):
        return "554 5.7.1 one click is promised without https, or https without the promise"
    is_bulk = letter["Precedence"] == "bulk" or letter["List-Id"] is not None
    if is_bulk and not ways:
        return "550 5.7.1 a letter to many says how to stop it"
    return ""
