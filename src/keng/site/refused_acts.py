"""An act that was refused, or a database that gave up for a moment, is answered in words."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from keng.acts.errors import NotAllowed, Refused, TryAgain
from keng.acts.work import forget_commits, has_committed
from keng.kit import busy
from keng.kit.form_not_taken import typed_texts
from keng.kit.refused_tries import RefusedTry, note_refused_try
from keng.kit.storage_away import StorageAway


class RefusedActs:
    """Say why an act was not done, and give back what was typed for it. Nothing was changed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        forget_commits()
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The answer in words, or none where it is another kind of failure."""
        if isinstance(error, StorageAway):
            # What has committed before it is that somebody looked; files come before rows.
            return busy.busy_page(request)
        if isinstance(error, TryAgain) or busy.is_passing_error(error):
            is_done = request.method == "POST" and has_committed()
            return done_unseen_page(request) if is_done else busy.busy_page(request)
        _note_refused_page(request, error)
        if not isinstance(error, Refused):
            return None
        if isinstance(error, NotAllowed):
            # The same answer as for what does not exist.
            return render(request, "errors/not_found.html", status=404)
        context = {"sentence": error.sentence, "typed": typed_texts(request)}
        return render(request, "errors/refused.html", context, status=409)


def _note_refused_page(request: HttpRequest, error: Exception) -> None:
    """What no act has noted: a page that is not for this officer, or about what they do not see."""
    officer = getattr(request, "officer", None)
    if isinstance(error, PermissionDenied) or (
        isinstance(error, NotAllowed) and not error.is_noted
    ):
        why = RefusedTry.NO_RIGHT
    elif isinstance(error, Http404) and not isinstance(error.__context__, NotAllowed):
        why = RefusedTry.NOT_SEEN
    else:
        return
    # On the public site a page that is not there is an old link.
    if officer is not None and request.resolver_match:
        page = f"page {request.resolver_match.url_name}"
        note_refused_try(why, page, role=officer.role_names)


def done_unseen_page(request: HttpRequest) -> HttpResponse:
    """What was sent is done, and only what follows it was stopped: it is not to be sent again.

    An answer in order, so that the session keeps what the act left in it, such as the key that
    takes it back.
    """
    context = {"is_desk": bool(getattr(request, "officer", None))}
    return HttpResponse(render_to_string("errors/done_unseen.html", context))
