"""Languages that have some pages: which ones, and what a reader of them gets elsewhere.

A page is wholly in such a language or wholly in English, never a mix; in English it says so in the
reader's language. tests/architecture/partial_languages.py names the templates and modules behind
the pages.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from keng.kit.languages import FULL_LANGUAGES, PublicRequest, answer_in_english

PARTLY_TRANSLATED_PAGES = frozenset(
    {
        "home",
        "first-hour",
        "near",
        "set_language",
        "quick_exit",
        "calendar",
        "abroad",
        "report",
        "report-who-gets",
        "report-what",
        "report-where",
        "report-describe",
        "report-name",
        "report-check",
        "report-at-once",
        "report-with",
        "receipt",
        "receipt-print",
        "status",
        "status-tip",
        "status-close",
        "status-data",
        "status-exchange",
        "status-not-me",
        "one-time-link",
        "privacy",
        "your-data",
        "lookup",
        "warning",
        "subscribe",
        "subscribe-sent",
        "subscribe-chat",
        "subscription-confirm",
        "own-subscription",
        "subscription-stop",
    }
)


class PartialLanguages:
    """Answers in English where the reader's language has no such page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: PublicRequest, *_view: Any) -> None:
        """Before the page is made, once it is known which one it is."""
        language = translation.get_language() or "vi"
        found = request.resolver_match
        if language in FULL_LANGUAGES or (found and found.url_name in PARTLY_TRANSLATED_PAGES):
            return
        answer_in_english(request)
