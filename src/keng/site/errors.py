"""Error pages in the visitor's words."""

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from keng.kit import busy


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form is too old or cookies are off: say so and keep nothing."""
    return render(request, "errors/form_expired.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The request itself is broken, or names a host that is none of ours; nothing was received."""
    # Without the request: its host may be just what is wrong with it.
    return HttpResponse(render_to_string("errors/bad_request.html"), status=400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such page, or none that this person may know of: the same answer."""
    return render(request, "errors/not_found.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Something failed on our side; what was sent may not have arrived.

    What is only busy for a moment says so, and what was written comes back with the page.
    """
    if busy.is_passing(sys.exception()):
        return busy.page(request)
    # Without the request: what every page asks the database for may be just what is broken.
    context = {"is_desk": bool(getattr(request, "officer", None))}
    return HttpResponse(render_to_string("errors/broken.html", context), status=500)
