"""Keeping identities and secrets out of the logs."""

import logging
import re
import sys
from functools import cache

_PHONE = re.compile(r"(?<![\w-])(?:\+?84|0)[\s.-]?\d(?:[\s.-]?\d){7,10}(?![\w-])")
# What other programs and other processes than the sites speak of.
_TOKEN = re.compile(r"/(?:bot|r|relay|hooks)[<:/][^\s\"']+")
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
# A word of a path that nobody thought up: a digest, a token. Not the number of a row.
_ROW = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_RANDOM = re.compile(rf"(?<=/)(?!{_ROW}(?![\w-]))(?=[a-z-]*[A-Z0-9_])[\w-]{{20,}}")


class ScrubSecrets(logging.Filter):
    """Replace what looks like a phone number or a secret path before a line is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the message; always let the record pass."""
        message = record.getMessage()
        message = _without_secrets(_PHONE.sub("[phone]", message))
        # One line of ours is one line: nobody adds another one by what they send.
        record.msg = _CONTROLS.sub(_escaped, message)
        record.args = ()
        if record.exc_info:
            # A traceback's last line may quote a value; the type and the place are enough.
            kind = record.exc_info[0]
            record.exc_text = _frames(record.exc_info, kind)
        return True


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


def _without_secrets(message: str) -> str:
    message = _TOKEN.sub("/[…]", message)
    if (marked := _marked()) is not None:
        message = marked.sub(r"\1[…]", message)
    return _RANDOM.sub("[…]", message)


def _marked() -> re.Pattern[str] | None:
    """What the addresses of this process mark as secret, once it has read them.

    They are not read for the sake of a line: it may be about their failing.
    """
    from django.conf import settings  # noqa: PLC0415 -- the settings themselves name this module

    name = settings.ROOT_URLCONF if settings.configured else ""
    module = sys.modules.get(name)
    return _marked_in(name) if getattr(module, "handler500", None) else None


@cache
def _marked_in(urlconf: str) -> re.Pattern[str] | None:
    # Needs Django's addresses, which processes without pages never load.
    from keng.kit.secret_paths import secret_path_pattern, url_routes  # noqa: PLC0415

    return secret_path_pattern(url_routes(sys.modules[urlconf].urlpatterns))


def _frames(exc_info: object, kind: type[BaseException] | None) -> str:
    import traceback  # noqa: PLC0415 -- only when something went wrong

    frames = traceback.format_tb(exc_info[2])  # type: ignore[index]
    return "".join(frames) + (kind.__name__ if kind else "")
