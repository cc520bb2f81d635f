"""Answering in the language that a form asks for, so that a switch does not lose what was typed."""

from collections.abc import Callable, Container
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from keng.kit.cookies import put_language_cookie

# In these every page is complete; the others have the pages that keng.site.partial_languages names.
FULL_LANGUAGES = ("vi", "en")
# No native reader has gone through these yet: each page says so.
UNREVIEWED_LANGUAGES = ("zh-hans", "ko")
# What each of them has: the table that people abroad read (/abroad/).
PAGES_OF_LANGUAGES = {
    "vi": _("every page"),
    "en": _("every page"),
    "zh-hans": _(
        "this page, the report, its receipt, the look-up, getting warnings, the first hour after a "
        "fraud"
    ),
    "ko": _(
        "this page, the report, its receipt, the look-up, getting warnings, the first hour after a "
        "fraud"
    ),
}
# Each in its own words, so that whoever looks for it finds it.
LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English", "zh-hans": "中文", "ko": "한국어"}


class MenuLanguage(NamedTuple):
    """A language of the menu: its code and its name in itself."""

    code: str
    name: str


def chosen_language(request: HttpRequest) -> str:
    """The language a button of this form asks for; "" when it was another button."""
    code = request.POST.get("language", "")
    return code if code in dict(settings.LANGUAGES) else ""


def answer_in_language(code: str, make: Callable[[], HttpResponse]) -> HttpResponse:
    """The page in that language, which the browser then keeps."""
    with translation.override(code):
        response = make()
    put_language_cookie(response, code)
    return response


class PublicRequest(HttpRequest):
    """A request of the public site."""

    untranslated: str = ""
    """The language that was asked for and that this page does not have."""


def answer_in_english(request: PublicRequest) -> None:
    """The page wholly in English, which says so in the language that was asked for."""
    request.untranslated = translation.get_language() or "vi"
    request.LANGUAGE_CODE = "en"
    translation.activate("en")


def full_language(code: str) -> str:
    """The language in which a page is whole for whoever asks for this one."""
    return code if code in FULL_LANGUAGES else "en"


def language_among(texts: Container[str]) -> str:
    """The language in which a visitor reads what is there in these.

    Their own; English for whoever reads neither that nor Vietnamese here; else Vietnamese.
    """
    asked = translation.get_language() or "vi"
    if asked not in FULL_LANGUAGES and "en" in texts:
        return "en"
    return asked if asked in texts else "vi"


def menu_languages() -> list[MenuLanguage]:
    """What the menu offers beside the switch of the header, which is English or Vietnamese."""
    current = translation.get_language() or "vi"
    switch = "en" if current == "vi" else "vi"
    offered = dict(settings.LANGUAGES)
    return [
        MenuLanguage(code, LANGUAGE_NAMES[code])
        for code in offered
        if code not in {current, switch}
    ]


def language_name_for_desk(code: str) -> str:
    """What an officer calls the language of a reporter; nothing for Vietnamese."""
    return "" if code == "vi" else str(dict(settings.LANGUAGES).get(code, code))
