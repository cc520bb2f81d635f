"""Subscriptions, counted."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from keng.network.queries.subscriptions import subscription_counts


@require_safe
def subscriptions(request: HttpRequest) -> HttpResponse:
    """How many people subscribe; never who."""
    counts = subscription_counts(request.officer)
    return render(request, "network/subscriptions.html", {"counts": counts})
