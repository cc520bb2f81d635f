"""A browser without a screen that reports something, and presses the button again if need be."""

import http.client
import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

_FIELD = '<input[^>]*name="{name}"[^>]*value="([^"]*)"'
_CODE = re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b")
_ANSWERS: tuple[tuple[str, dict[str, str]], ...] = (
    ("who-gets", {"desk": "province"}),
    ("what", {"topic": "scam"}),
    ("where", {"choice": "online"}),
)


class Unanswered(Exception):
    """No answer, or one that does not say that it was taken."""


class Browser:
    """One visitor with cookies. What it has filled in and not sent yet, it keeps."""

    def __init__(self, site: str, journal: Any) -> None:
        self._site = site
        self._journal = journal
        self._jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))
        self._filled: dict[str, str] | None = None

    def report(self, text: str) -> None:
        """Through all the questions to the receipt. Raises Unanswered; calling again goes on."""
        if self._filled is None:
            self.fill_in(text)
        self.send()

    def fill_in(self, text: str) -> None:
        """All but the last button. Raises Unanswered."""
        for step, answers in _ANSWERS:
            self._answer(step, answers)
        self._answer("describe", {"text": text, "happening": "unsure"})
        page = self._answer("name", {"wish": "anonymous"})
        self._filled = {
            "csrfmiddlewaretoken": field(page, "csrfmiddlewaretoken"),
            "token": field(page, "token"),
        }

    def send(self) -> None:
        """The last button, with what was filled in. Raises Unanswered."""
        if _CODE.search(self._open("/report/check/", self._filled)) is None:
            raise Unanswered

    def _answer(self, step: str, answers: dict[str, str]) -> str:
        token = field(self._open(f"/report/{step}/"), "csrfmiddlewaretoken")
        return self._open(f"/report/{step}/", {"csrfmiddlewaretoken": token, **answers})

    def _open(self, path: str, form: dict[str, str] | None = None) -> str:
        data = urllib.parse.urlencode(form).encode() if form else None
        began, status = self._journal.begin(), 0
        try:
            with self._opener.open(self._site + path, data, timeout=20) as answer:
                status = answer.status
                found: str = answer.read().decode()
                return found
        except urllib.error.HTTPError as error:
            status = error.code
            error.close()
            raise Unanswered from error
        except (OSError, http.client.HTTPException) as error:
            raise Unanswered from error
        finally:
            self._journal.end(began, status)


def field(page: str, name: str) -> str:
    """The value of a hidden field; a page without it is not the one that was asked for."""
    found = re.search(_FIELD.format(name=name), page)
    if found is None:
        raise Unanswered
    return found[1]
