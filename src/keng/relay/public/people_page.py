"""A lead's own people: who answers to them, who has passed what on, and somebody new."""

import uuid
from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keng.acts.errors import Refused
from keng.kit.ids import read_id
from keng.network.actions.people_below import MOST_BELOW, add_person_below, may_add_people
from keng.network.models import Lead
from keng.network.secret_links import lead_url
from keng.relay import people_below as queries
from keng.relay.lead_way_forms import PersonBelowForm
from keng.relay.public.frame import for_lead, in_leads_language
from keng.relay.vacant_places import give_place, places_below


@dataclass(frozen=True, slots=True)
class _PlaceProblem:
    """Why nobody took this place on."""

    place: uuid.UUID
    sentence: str


@require_http_methods(["GET", "HEAD", "POST"])
@for_lead
def relay_people(request: HttpRequest, token: str, lead: Lead) -> HttpResponse:
    """GET lists; POST adds somebody, and the answer alone has their link to send on."""
    with in_leads_language(request, lead):
        form = PersonBelowForm(request.POST or None)
        added: Lead | None = None
        if request.method == "POST" and form.is_valid():
            try:
                added = add_person_below(lead, form.person())
            except Refused as error:
                form.add_error("name", str(error.sentence))
            else:
                form = PersonBelowForm()
        return _people_page(request, token, lead, form, added=added)


@require_POST
@for_lead
def relay_place(request: HttpRequest, token: str, lead: Lead, place: uuid.UUID) -> HttpResponse:
    """Which of the lead's people takes the place of an erased one on."""
    successor = read_id(request.POST.get("successor", ""))
    with in_leads_language(request, lead):
        if successor is None:
            sentence = _("Choose one of your people.")
        else:
            try:
                give_place(lead, place, successor)
            except Refused as error:
                sentence = str(error.sentence)
            else:
                return redirect("relay-people", token=token)
        problem = _PlaceProblem(place, sentence)
        return _people_page(request, token, lead, PersonBelowForm(), problem=problem)


def _people_page(
    request: HttpRequest,
    token: str,
    lead: Lead,
    form: PersonBelowForm,
    *,
    added: Lead | None = None,
    problem: _PlaceProblem | None = None,
) -> HttpResponse:
    vacant = places_below(lead)
    context = {
        "token": token,
        "people": queries.people_below(lead),
        "warnings": queries.warnings_below(lead),
        "most": MOST_BELOW,
        "may_add": may_add_people(lead),
        "vacant": vacant,
        "problem": problem,
        # A place that is taken on meanwhile has no card any more to say it in.
        "is_said_below": problem and any(one.lead.pk == problem.place for one in vacant),
        "form": form,
        "added": added,
        "link": lead_url(added) if added else "",
    }
    is_wrong = bool(form.errors) or problem is not None
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK
    return render(request, "relay/relay_people.html", context, status=status)
