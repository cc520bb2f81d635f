"""The page with a code: which browser may see it, and how it is closed.

A form that makes a code is answered by a redirect to a page of its own, so that no form stands in
the history whose sending shows the code. What opens that page is a cookie of ten minutes with what
the form held; the code is derived from it here, and is in neither cookie nor address.
"""

import datetime
import re
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from keng.dialogue import shown_codes
from keng.kit import cookies

# Of a report, a question, an objection, what one wrote to a partner: somebody who reads the names
# is not to learn which.
CODE_COOKIES = ("keng_c", "keng_d", "keng_e", "keng_h")
_LONGEST = 100
_SHEET = re.compile(r"[\w-]{22}", re.ASCII)


@dataclass(frozen=True, slots=True)
class CodePage:
    """Where codes of one kind are shown. Afterwards all are typed into one box."""

    cookie: str
    shows_at: str
    """Name of the address that shows the code."""

    def lead_to(self, secret: str) -> HttpResponse:
        """To the code, after its form was sent; to the question for it once that is over."""
        if shown_codes.code_shown_until(secret) is None:
            return self.ask()
        response = _see_other(self.shows_at)
        cookies.put_cookie(
            response, self.cookie, secret, seconds=int(shown_codes.CODE_SHOWN_FOR.total_seconds())
        )
        return response

    def ask(self) -> HttpResponse:
        """Nothing is shown here (any more): the code is asked for."""
        response = _see_other("status")
        cookies.forget_cookies(response, self.cookie)
        return response

    def secret_of(self, request: HttpRequest) -> str:
        """What this browser sent its form with; "" for none."""
        return request.COOKIES.get(self.cookie, "")[:_LONGEST]

    def token_of(self, request: HttpRequest) -> tuple[str, datetime.datetime] | None:
        """The token of the code that this browser may see, and until when; None for none."""
        secret = self.secret_of(request)
        until = shown_codes.code_shown_until(secret) if secret else None
        return (secret.partition(".")[0], until) if until else None

    def close(self, request: HttpRequest) -> HttpResponse:
        """The code is not shown again, and is asked for from now on."""
        shown_codes.stop_showing_code(self.secret_of(request))
        return self.ask()


TIP_CODE_PAGE = CodePage(CODE_COOKIES[0], "receipt")
QUESTION_CODE_PAGE = CodePage(CODE_COOKIES[1], "question-asked")
OBJECTION_CODE_PAGE = CodePage(CODE_COOKIES[2], "lookup-objected")
MATTER_CODE_PAGE = CodePage(CODE_COOKIES[3], "partner-asked")
_CODE_PAGES = (TIP_CODE_PAGE, QUESTION_CODE_PAGE, OBJECTION_CODE_PAGE, MATTER_CODE_PAGE)


def secret_of_link(token: str, sheet: str) -> str:
    """Of a one-time link, whose token others may know: with what only this browser's page held."""
    return f"{token}.{sheet}"


def sheet_of(request: HttpRequest) -> str:
    """What only the page held from which this was sent; "" for nothing of ours."""
    sheet = request.POST.get("sheet", "")
    return sheet if _SHEET.fullmatch(sheet) else ""


def close_code_pages(request: HttpRequest) -> None:
    """No code that this browser could see is shown again."""
    for page in _CODE_PAGES:
        if secret := page.secret_of(request):
            shown_codes.stop_showing_code(secret)


def _see_other(name: str) -> HttpResponse:
    response = redirect(name)
    response.status_code = 303
    return response
