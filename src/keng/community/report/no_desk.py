"""A site that is not set up yet: nobody is there who could read a report."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from keng.places.models import Unit

_View = Callable[[HttpRequest], HttpResponse]


def needs_desk(view: _View) -> _View:
    """The page of a report, or that there is no desk: whoever needs help is told whom to call."""

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except Unit.DoesNotExist:
            return render(request, "community/report/no_desk.html", status=503)

    return wrapped
