"""Answering in the language that a form asks for, so that a switch does not lose what was typed."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from keng.kit.cookies import put_language


def chosen_language(request: HttpRequest) -> str:
    """The language a button of this form asks for; "" when it was another button."""
    code = request.POST.get("language", "")
    return code if code in dict(settings.LANGUAGES) else ""


def answer_in(code: str, make: Callable[[], HttpResponse]) -> HttpResponse:
    """The page in that language, which the browser then keeps."""
    with translation.override(code):
        response = make()
    put_language(response, code)
    return response
