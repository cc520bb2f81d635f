"""An act that was refused, or a database that gave up for a moment, is answered in words."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from keng.acts.errors import NotAllowed, Refused, TryAgain
from keng.kit import busy

# A token, a number or a choice is shorter, or one word: what is worth copying was typed.
_TYPED_FROM = 20


class RefusedActs:
    """Say why an act was not done, and give back what was typed for it. Nothing was changed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The answer in words, or none where it is another kind of failure."""
        if isinstance(error, TryAgain) or busy.is_passing_error(error):
            return busy.busy_page(request)
        if not isinstance(error, Refused):
            return None
        if isinstance(error, NotAllowed):
            # The same answer as for what does not exist.
            return render(request, "errors/not_found.html", status=404)
        context = {"sentence": error.sentence, "typed": _typed_texts(request)}
        return render(request, "errors/refused.html", context, status=409)


def _typed_texts(request: HttpRequest) -> list[str]:
    """What somebody wrote by hand, so that they need not write it again."""
    if not busy.may_be_shown_again(request):
        return []
    values = (value.strip() for _name, value in busy.sent_fields(request))
    return [value for value in values if len(value) >= _TYPED_FROM and " " in value]
