"""What stands around a lead's page: whose link it is, in which language, and how it ends."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_POST

from keng.kit.languages import full_language
from keng.network.models import Lead, LeadWay
from keng.network.secret_links import lead_by_earlier_token, lead_by_token, lead_token
from keng.relay import stopping
from keng.relay import tasks_of_leads as queries

LeadView = Callable[..., HttpResponseBase]


def for_lead(view: LeadView) -> LeadView:
    """Give the view the lead of the link; a link that has ended says what happened to it."""

    @wraps(view)
    def shown(request: HttpRequest, token: str, **more: object) -> HttpResponseBase:
        lead = lead_by_token(token)
        return view(request, token, lead, **more) if lead else _ended_link_page(request, token)

    return shown


def in_leads_language(request: HttpRequest, lead: Lead) -> translation.override:
    """The lead's own language, unless this browser has chosen one."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return translation.override(
        full_language(chosen) if chosen in dict(settings.LANGUAGES) else lead.language
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_lead
def relay_stop(request: HttpRequest, token: str, lead: Lead) -> HttpResponse:
    """GET asks once more, POST ends the lead's part; both only while there is something to stop."""
    is_written_to = LeadWay.objects.filter(pk=lead.pk).exclude(channel="").exists()
    if not is_written_to and not queries.page_of_lead(lead).open:
        # Then the page shows the public warning alone, and whoever has the link can do no more.
        return redirect("relay", token=token)
    if request.method == "POST":
        stopping.stop_lead(lead)
        return redirect("relay", token=token)
    with in_leads_language(request, lead):
        context = {"token": token, "unit": lead.unit, "days": stopping.RESUME_WITHIN.days}
        return render(request, "relay/relay_stop.html", context)


@require_POST
def relay_resume(request: HttpRequest, token: str) -> HttpResponse:
    """The same link takes the lead back for some days."""
    lead = lead_by_earlier_token(token)
    if lead is not None and lead_token(lead) == token:
        stopping.resume_lead(lead)
    return redirect("relay", token=token)


def _ended_link_page(request: HttpRequest, token: str) -> HttpResponse:
    """What became of a link that opened a page once; no name of anybody."""
    lead = lead_by_earlier_token(token)
    if lead is None:
        raise Http404
    is_replaced = lead_token(lead) != token
    until = None if is_replaced else stopping.resume_until(lead)
    context = {"token": token, "lead": lead, "is_replaced": is_replaced, "until": until}
    with in_leads_language(request, lead):
        status = HTTPStatus.OK if until else HTTPStatus.GONE
        return render(request, "relay/relay_stopped.html", context, status=status)
