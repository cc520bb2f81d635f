"""Campaigns for the public, and the secret page on which a class teacher counts."""

import contextlib

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from keng.kit import times
from keng.lessons import class_links, pledge_queries
from keng.lessons.actions import pledge_acts
from keng.lessons.pledge_forms import PledgeCountForm


@require_safe
def pledge_public(request: HttpRequest, slug: str) -> HttpResponse:
    """What is pledged, and how many did, in cells of at least five."""
    found = get_object_or_404(pledge_queries.public_campaigns(), slug=slug)
    context = {"campaign": found, "counts": pledge_queries.participation_in(found)}
    return render(request, "lessons/campaign.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def pledge_count(request: HttpRequest, token: str) -> HttpResponse:
    """Opening the link changes nothing; two numbers and a button do."""
    found = class_links.class_of_token(token)
    if found is None or not found.campaign.is_released:
        raise Http404
    is_open = found.campaign.is_counting(times.local_date(times.now()))
    initial = {"pupils": found.pupils, "pledged": found.pledged}
    form = PledgeCountForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and is_open and form.is_valid():
        with contextlib.suppress(pledge_acts.NotCounting):
            pledge_acts.count_pledges(found, **form.cleaned_data)
        answer = redirect(f"{request.path}?counted")
        answer.status_code = 303
        return answer
    context = {
        "school_class": found,
        "campaign": found.campaign,
        "form": form,
        "is_open": is_open,
        "is_counted": "counted" in request.GET and found.counted_at is not None,
    }
    response = render(request, "lessons/count.html", context, status=422 if form.errors else 200)
    response["X-Robots-Tag"] = "noindex"
    return response
