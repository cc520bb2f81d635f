"""A team's part of a lead's page: one tap says what became of a request of the desk."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from keng.network.actions import teams as actions
from keng.network.forms.teams import TeamAnswerForm
from keng.network.models import Lead, TeamAsk
from keng.relay.public.frame import for_lead


@require_POST
@for_lead
def relay_team_answer(request: HttpRequest, token: str, lead: Lead, ask: uuid.UUID) -> HttpResponse:
    """Done, seen or cannot. What was asked no longer changes nothing: the page says so."""
    form = TeamAnswerForm(request.POST)
    if form.is_valid():
        try:
            actions.answer_ask(ask, form.cleaned_data["said"], lead=lead)
        except actions.AskIsOver:
            pass
        except TeamAsk.DoesNotExist:
            raise Http404 from None
    return redirect("relay", token=token)
