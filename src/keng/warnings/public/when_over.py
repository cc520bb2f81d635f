"""Asking to be told once when a warning is over."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from keng.delivery.public.subscribe import (
    lines_of_form,
    take_subscription_request,
    way_context,
    way_page,
)
from keng.delivery.ways_to_receive import ways_to_receive
from keng.kit.languages import FULL_LANGUAGES
from keng.network.actions.subscriptions import SubscriptionChoices
from keng.network.forms.subscriptions import WhenOverForm
from keng.warnings import queries
from keng.warnings.public.pages import standing_of_version, version_or_404, words_for_reader


def warning_when_over(request: HttpRequest, code: str) -> HttpResponse:
    """Which way, as for subscribing. Of a warning that is over there is nothing to wait for."""
    published = queries.published_versions_of(version_or_404(code).warning)
    newest, first = published[0], published[-1]
    if standing_of_version(newest, newest) != "current":
        raise Http404
    ways = ways_to_receive()
    if not ways:
        return render(request, "delivery/subscribe_closed.html")
    words = words_for_reader(newest)
    form = WhenOverForm(request.POST or None, ways=lines_of_form(ways))
    answer: HttpResponse | None = None
    wait = 0
    if form.is_bound and form.is_valid():
        asked = get_language() or "vi"
        language = asked if asked in FULL_LANGUAGES else "vi"
        choices = SubscriptionChoices((), (), language, warning_code=first.verify_code.code)
        answer, wait = take_subscription_request(request, form, ways, choices, title=words["title"])
    if answer is not None:
        return answer
    context = way_context(request, ways) | {"form": form, "version": newest, "words": words}
    return way_page(request, "warnings/when_over.html", context, wait=wait)
