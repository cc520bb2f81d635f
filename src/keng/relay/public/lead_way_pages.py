"""How a lead is told: chosen on their own page, and agreed to or refused from the first message."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from keng.acts.errors import Refused
from keng.delivery.ways_to_receive import chat_url
from keng.network.actions import lead_ways as actions
from keng.network.models import QUIET_FROM, QUIET_TO, Lead, LeadWay
from keng.network.secret_links import lead_token, lead_way_by_token, lead_way_token
from keng.relay import stopping
from keng.relay.lead_way_forms import LeadWayForm
from keng.relay.public.frame import for_lead, in_leads_language
from keng.relay.ways_to_tell import way_words, ways_to_tell


@require_http_methods(["GET", "HEAD", "POST"])
@for_lead
def relay_way(request: HttpRequest, token: str, lead: Lead) -> HttpResponse:
    """GET shows how the lead is told; POST chooses. A chat gives a code, shown in the answer."""
    ways = ways_to_tell()
    way = LeadWay.objects.without_address().filter(pk=lead.pk).first()
    with in_leads_language(request, lead):
        form = LeadWayForm(request.POST or None, ways=ways, initial=_initial(way))
        context = {"token": token, "form": form, "way": way, "way_words": way_words(way)}
        if request.method == "POST" and form.is_valid():
            try:
                code, account = form.choose_for(lead)
            except Refused as error:
                form.add_error("address", str(error.sentence))
            else:
                if account is None:
                    return redirect("relay-way", token=token)
                link = chat_url(account, code)
                context |= {"code": code, "account": account, "chat_url": link}
                return render(request, "relay/relay_way_chat.html", context)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
        return render(request, "relay/relay_way.html", context, status=status)


def _initial(way: LeadWay | None) -> dict[str, object]:
    if way is None:
        return {"way": "", "quiet_from": QUIET_FROM, "quiet_to": QUIET_TO}
    chosen = way.channel if way.channel in actions.TYPED_CHANNELS else ""
    return {"way": chosen, "quiet_from": way.quiet_from, "quiet_to": way.quiet_to}


@require_http_methods(["GET", "HEAD", "POST"])
def lead_way(request: HttpRequest, token: str) -> HttpResponse:
    """The page of the first message. Opening it agrees to nothing: mail services open links."""
    way = _way(token)
    if request.method == "POST":
        actions.confirm_lead_way(way)
        return redirect("lead-way", token=token)
    return _page(request, way, "relay/lead_way.html")


# RFC 8058: mail services post here by themselves, with no cookie and no token of a form. The token
# in the address is the only thing they can have, and all it can do here is end the messages.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def lead_way_stop(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button; POST ends the lead's part and forgets the address."""
    way = lead_way_by_token(token)
    if request.method == "POST":
        if way is not None:
            stopping.stop_lead(way.lead)
        # Stopping twice is no error.
        return render(request, "relay/lead_way_stop.html", {"is_stopped": True})
    if way is None:
        return render(request, "relay/lead_way_stop.html", {"is_stopped": True})
    return _page(request, way, "relay/lead_way_stop.html")


def _way(token: str) -> LeadWay:
    way = lead_way_by_token(token)
    if way is None or way.lead.stopped_at is not None:
        raise Http404
    return way


def _page(request: HttpRequest, way: LeadWay, template: str) -> HttpResponse:
    lead = way.lead
    with translation.override(lead.language):
        context = {
            "way": way,
            "unit": lead.unit,
            "token": lead_way_token(way),
            # Whoever agreed here reads the mailbox, and is sent this link with every message.
            "relay_token": lead_token(lead) if way.confirmed_at else "",
        }
        return render(request, template, context)
