"""Parts of an address that open something to whoever has them: `<secret:token>` in a URL pattern.

They behave as `<str:token>`. What is marked so is kept out of every log (`keng.kit.logs`), and a
test refuses a text in an address that is neither marked nor named as public.
"""

import re
from collections.abc import Iterable, Iterator

from django.urls import URLPattern, URLResolver
from django.urls.converters import StringConverter

_PART = re.compile(r"<(?:(?P<kind>\w+):)?\w+>")
CONVERTER_NAME = "secret"


class SecretConverter(StringConverter):
    """Any text without a slash, as `str`."""


def url_routes(patterns: Iterable[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    """The routes of a URLconf, as they are written in `path()`."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from url_routes(pattern.url_patterns, route)
        else:
            yield route


def secret_path_pattern(all_routes: Iterable[str]) -> re.Pattern[str] | None:
    """What stands in a path before its first secret part; None where there is none."""
    found = set()
    for route in all_routes:
        secret = next(
            (part for part in _PART.finditer(route) if part["kind"] == CONVERTER_NAME), None
        )
        if secret is not None:
            parts = _PART.split(route[: secret.start()])[::2]
            found.add(r"[^/\s]+".join(re.escape(part) for part in parts))
    return re.compile(rf"(/(?:{'|'.join(sorted(found))}))[^\s\"'<>]+") if found else None
