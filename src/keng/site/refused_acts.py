"""An act that was refused, or a database that gave up for a moment, is answered in words."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from keng.acts.errors import NotAllowed, Refused, TryAgain
from keng.acts.work import forget_commits, has_committed
from keng.kit import busy
from keng.kit.form_not_taken import typed_texts


class RefusedActs:
    """Say why an act was not done, and give back what was typed for it. Nothing was changed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        forget_commits()
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The answer in words, or none where it is another kind of failure."""
        if isinstance(error, TryAgain) or busy.is_passing_error(error):
            is_done = request.method == "POST" and has_committed()
            return done_unseen_page(request) if is_done else busy.busy_page(request)
        if not isinstance(error, Refused):
            return None
        if isinstance(error, NotAllowed):
            # The same answer as for what does not exist.
            return render(request, "errors/not_found.html", status=404)
        context = {"sentence": error.sentence, "typed": typed_texts(request)}
        return render(request, "errors/refused.html", context, status=409)


def done_unseen_page(request: HttpRequest) -> HttpResponse:
    """What was sent is done, and only what follows it was stopped: it is not to be sent again.

    An answer in order, so that the session keeps what the act left in it, such as the key that
    takes it back.
    """
    context = {"is_desk": bool(getattr(request, "officer", None))}
    return HttpResponse(render_to_string("errors/done_unseen.html", context))
