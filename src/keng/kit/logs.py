"""Keeping identities and secrets out of the logs."""

import logging
import re

_PHONE = re.compile(r"(?<![\w-])(?:\+?84|0)[\s.-]?\d(?:[\s.-]?\d){7,10}(?![\w-])")
_TOKEN = re.compile(r"/(?:bot|r|relay|hooks)[<:/][^\s\"']+")


class Scrub(logging.Filter):
    """Replace what looks like a phone number or a secret path before a line is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the message; always let the record pass."""
        message = record.getMessage()
        record.msg = _TOKEN.sub("/[…]", _PHONE.sub("[phone]", message))
        record.args = ()
        if record.exc_info:
            # A traceback's last line may quote a value; the type and the place are enough.
            kind = record.exc_info[0]
            record.exc_text = _frames(record.exc_info, kind)
        return True


def _frames(exc_info: object, kind: type[BaseException] | None) -> str:
    import traceback  # noqa: PLC0415 -- only when something went wrong

    frames = traceback.format_tb(exc_info[2])  # type: ignore[index]
    return "".join(frames) + (kind.__name__ if kind else "")
