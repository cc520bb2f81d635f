"""What everybody reads: the partners, one partner, one article; and asking to be one."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from keng.claims import queries as claims
from keng.claims import sentences
from keng.kit.pagination import rows_of_page
from keng.kit.rate_limits import ask_to_wait
from keng.lessons import queries as lessons
from keng.limits.shared import SharedLimit
from keng.partners.actions import inviting
from keng.partners.campaign_parts import (
    pledges_of_campaigns,
    running_campaigns,
    running_campaigns_of,
)
from keng.partners.forms import KitRequestForm
from keng.partners.models import Article, Manuscript
from keng.partners.place_introductions import (
    introduction_at,
    places_of_partner,
    places_with_introduction,
)
from keng.partners.queries import listed_partners
from keng.places.models import Unit
from keng.places.search import current_place
from keng.surveys import queries as surveys
from keng.tips import receipt_codes
from keng.warnings.queries import current_warnings_for

# Each request is read by a person, who then meets whoever asked.
join_limit = SharedLimit("kit asked for", at_once=10, pause=300.0)


@require_GET
def partners(request: HttpRequest) -> HttpResponse:
    """Who publishes here, and what came last."""
    context = {
        "partners": listed_partners(),
        "articles": Article.objects.public()[:5],
        "campaigns": running_campaigns(),
    }
    return render(request, "partners/partners.html", context)


@require_GET
def partner(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One partner and what it published."""
    found = get_object_or_404(listed_partners(), pk=pk)
    articles, page = rows_of_page(request, Article.objects.public().filter(partner=found))
    context = {
        "partner": found,
        "articles": articles,
        "page": page,
        "lessons": lessons.editions_of_partner(found),
        "places": places_with_introduction(found),
        "campaigns": Manuscript.objects.public_campaigns().filter(partner=found)[:20],
        "checks": sentences.prepared_for_reader(claims.checks_published_by(found)),
    }
    return render(request, "partners/partner.html", context)


@require_GET
def partner_at(request: HttpRequest, pk: uuid.UUID, code: str) -> HttpResponse:
    """A partner's part at one place where it works, under whom to call in danger."""
    found = get_object_or_404(listed_partners().select_related("invited_by_unit"), pk=pk)
    place = next((one for one in places_of_partner(found) if one.code == code), None)
    if place is None:
        raise Http404
    campaigns = running_campaigns_of(found, place)
    context = {
        "partner": found,
        "place": place,
        "introduction": introduction_at(found, place),
        "campaigns": campaigns,
        "pledges": pledges_of_campaigns(campaigns),
        "surveys": [*surveys.open_surveys_of(found), *surveys.published_surveys_of(found)],
        "versions": current_warnings_for("", place, limit=5),
        "lessons": lessons.editions_of_partner(found, limit=6),
    }
    return render(request, "partners/at_place.html", context)


@require_GET
def article(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One article, under the name of whoever published it."""
    found = get_object_or_404(Article.objects.public(), pk=pk)
    return render(request, "partners/article.html", {"article": found})


@require_http_methods(["GET", "HEAD", "POST"])
def partner_join(request: HttpRequest, code: str) -> HttpResponse:
    """A person of good standing asks for the kit; the coordinator decides and meets them."""
    place = current_place(code)
    if place is None:
        raise Http404
    form = KitRequestForm(request.POST if request.method == "POST" else None, place=place)
    try:
        is_whole = form.is_bound and form.is_valid()
    except Unit.DoesNotExist as error:
        raise Http404 from error
    wait = join_limit.seconds_to_wait(request) if is_whole else 0
    if wait:
        form.add_error("about", _("Many requests came from your network. Try again later."))
    elif is_whole:
        said = form.cleaned_data
        inviting.ask_for_kit(
            name=said["name"], place=place, about=said["about"], token=said["token"]
        )
        return render(request, "partners/joined.html", {"place": place})
    token = request.POST.get("token", "") if form.is_bound and "token" not in form.errors else ""
    context = {
        "form": form,
        "place": place,
        "token": token or receipt_codes.new_token(),
        "puzzle": join_limit.puzzle(request),
    }
    response = render(request, "partners/join.html", context, status=422 if form.errors else 200)
    return ask_to_wait(response, wait)
