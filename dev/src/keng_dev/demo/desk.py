"""The tour on the desk, in a demo only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from keng_dev.demo import tour


@require_POST
def close_tour(request: HttpRequest) -> HttpResponse:
    """Back to the list, without it."""
    return tour.close(redirect("inbox"), tour.DESK)
