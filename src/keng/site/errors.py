"""Error pages in the visitor's words."""

import random
import sys
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from keng.kit import busy
from keng.kit.form_not_taken import form_not_taken_context, typed_texts
from keng.kit.languages import full_language
from keng.kit.refused_tries import RefusedTry, note_refused_try
from keng.kit.unread_bodies import is_marked_as_reading_none

# Where the front says, with an HTTPStatus, that the body of a request was not taken in.
BODY_NOT_TAKEN = "keng.not_taken"
# And where, that no thread had time for it.
TURNED_AWAY = "keng.turned_away"
_AGAIN_AFTER_SECONDS = 10
# Not all in one moment.
_LEAST_AGAIN_AFTER, _MOST_AGAIN_AFTER = 15, 45


class RefusalWords(NamedTuple):
    """What a page says about a body that was not taken."""

    title: Any
    words: Any


_WHY_NOT_TAKEN = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: RefusalWords(
        _("This was too large to be received"),
        _(
            "Nothing was received. Five files of 20 MB each are the most at once, and words have "
            "a limit too. Go back, send fewer files or shorter words, and the rest after it."
        ),
    ),
    HTTPStatus.REQUEST_TIMEOUT: RefusalWords(
        _("This came too slowly to be received"),
        _(
            "The connection was too slow or broke off, so nothing was received. Go back and send "
            "again. Words without pictures arrive even over a weak connection."
        ),
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: RefusalWords(
        _("Too many people are sending right now"),
        _("So this was not received. Go back and send it again in a minute."),
    ),
}


class BodyNotTaken:
    """Says why, where the front could not take the body of a request in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        status = request.META.get(BODY_NOT_TAKEN)
        if status is None or _needs_no_body(request):
            return self.get_response(request)
        note_refused_try(RefusedTry.BODY, HTTPStatus(status).phrase.lower())
        why = _WHY_NOT_TAKEN.get(status)
        if why is None:
            return HttpResponse(render_to_string("errors/bad_request.html"), status=status)
        # Other languages have only some pages, and this one never.
        with translation.override(full_language(translation.get_language() or "vi")):
            page = render_to_string("errors/not_taken.html", {"why": why})
        response = HttpResponse(page, status=status)
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            response.headers["Retry-After"] = str(_AGAIN_AFTER_SECONDS)
        return response


class TooManyAtOnce:
    """Says that too many people ask at once, and opens the page again by itself a little later."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if TURNED_AWAY not in request.META:
            return self.get_response(request)
        with translation.override(full_language(translation.get_language() or "vi")):
            page = render_to_string("errors/too_many.html", {"is_desk": settings.IS_DESK})
        response = HttpResponse(page, status=HTTPStatus.SERVICE_UNAVAILABLE)
        # No secret: whoever was turned away is only spread over half a minute.
        after = str(random.randint(_LEAST_AGAIN_AFTER, _MOST_AGAIN_AFTER))  # noqa: S311
        response.headers["Retry-After"] = response.headers["Refresh"] = after
        return response


def _needs_no_body(request: HttpRequest) -> bool:
    with suppress(Resolver404):
        return is_marked_as_reading_none(resolve(request.path_info).func)
    return False


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form is too old or cookies are off: say so, keep nothing, give back what was typed."""
    note_refused_try(RefusedTry.FORGED_FORM, _page_name(request))
    context = form_not_taken_context(request)
    return render(request, "errors/form_expired.html", context, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The request itself is broken, or names a host that is none of ours; nothing was received."""
    note_refused_try(RefusedTry.BROKEN, type(exception).__name__)
    # Without the request: its host may be just what is wrong with it.
    return HttpResponse(render_to_string("errors/bad_request.html"), status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such page, or none that this person may know of: the same answer."""
    return render(request, "errors/not_found.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Something failed on our side; what was sent may not have arrived.

    What is only busy for a moment says so, and what was written comes back with the page.
    """
    if busy.is_passing_error(sys.exception()):
        return busy.busy_page(request)
    # Without the request: what every page asks the database for may be just what is broken.
    context = {"is_desk": bool(getattr(request, "officer", None)), "typed": _typed_if_read(request)}
    return HttpResponse(render_to_string("errors/broken.html", context), status=500)


def _page_name(request: HttpRequest) -> str:
    """By the name of its address, never by the address: that may be a secret."""
    try:
        return f"page {resolve(request.path_info).url_name}"
    except Resolver404:
        return "no page"


def _typed_if_read(request: HttpRequest) -> list[str]:
    """What was typed; none where the form itself could not be read."""
    with suppress(Exception):
        return typed_texts(request)
    return []
