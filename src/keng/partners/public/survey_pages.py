"""Surveys of a member's partner: the list, and one of them with what can be done with it now."""

import functools
import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keng.kit import qr
from keng.partners import survey_queries
from keng.partners.actions import surveys as actions
from keng.partners.errors import WordsChanged
from keng.partners.forms import MemberReleaseForm, OpenSurveyForm
from keng.partners.hints import hints_of_text
from keng.partners.public.deciding import has_signed, second_member_words, see_other
from keng.partners.queries import is_only_member
from keng.partners.survey_queries import OwnSurvey
from keng.releases.desk import (
    LetOut,
    SecondPerson,
    SecondPersonPanel,
    decide_release_by,
    second_person_panel,
)
from keng.releases.errors import TextChanged
from keng.releases.forms import GiveBackForm
from keng.surveys import queries
from keng.surveys.models import Survey, SurveyResult
from keng.surveys.page_view import figures_context, survey_context


@require_GET
def partner_surveys(request: HttpRequest) -> HttpResponse:
    """All surveys of the partner."""
    partner = request.member.partner
    context = {
        "partner": partner,
        "surveys": survey_queries.surveys_of_partner(partner),
        "is_alone": is_only_member(request.member),
    }
    return render(request, "partners/own/surveys.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def partner_survey(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """How one stands, the link to carry, its figures; the second person decides here."""
    own = own_survey_or_404(request, pk)
    panel = None if own.to_read is None else _decide(request, own.survey, own.to_read)
    if panel is None and request.method == "POST":
        return see_other("partner-survey", pk)
    return _survey_page(request, own, panel)


@require_POST
def partner_survey_close(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take no more answers."""
    actions.close_partner_survey(pk, by=request.member)
    return see_other("partner-survey", pk)


@require_POST
def partner_survey_withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take the result out of sight."""
    actions.withdraw_partner_result(pk, by=request.member)
    return see_other("partner-survey", pk)


def own_survey_or_404(request: HttpRequest, pk: uuid.UUID) -> OwnSurvey:
    """One of the member's partner. Raises Http404."""
    found = survey_queries.own_survey(pk, request.member)
    if found is None:
        raise Http404
    return found


def _decide(
    request: HttpRequest, survey: Survey, text: Survey | SurveyResult
) -> SecondPersonPanel[Any] | None:
    """Carry a posted decision out: None once it is done, otherwise the panel to show."""
    if text is survey:
        kind: type[MemberReleaseForm] = OpenSurveyForm
        let_out = _let_out_as_read(actions.open_partner_survey, survey.pk)
        give_back: Any = actions.give_back_partner_survey
    else:
        kind = MemberReleaseForm
        let_out = _let_out_as_read(actions.publish_partner_result, survey.pk)
        give_back = actions.give_back_partner_result
    form = functools.partial(kind, hints=hints_of_text(text))
    second = SecondPerson(
        person=request.member,
        refusal=lambda text: second_member_words(text, request.member),
        has_signed=lambda form: has_signed(request, form),
    )
    if request.POST.get("do") == "return":
        panel = second_person_panel(second, text, form=form)
        panel.give_back = GiveBackForm(request.POST)
        if not panel.give_back.is_valid():
            return panel
        give_back(survey.pk, reason=panel.give_back.cleaned_data["reason"], by=request.member)
        return None
    panel, done = decide_release_by(second, request, text, let_out=let_out, form=form)
    return panel if done is None else None


def _let_out_as_read(act: Callable[..., Any], survey_id: uuid.UUID) -> LetOut[Any]:
    """The act; where the words changed in that moment, the page says so and is opened anew."""

    def let_out(*, seen: bytes, by: Any, checked: bool = False, **_given: Any) -> Any:
        try:
            return act(survey_id, seen=seen, checked=checked, by=by)
        except TextChanged as error:
            raise WordsChanged from error

    return let_out


def _survey_page(
    request: HttpRequest, own: OwnSurvey, panel: SecondPersonPanel[Any] | None
) -> HttpResponse:
    survey = own.survey
    content = queries.content_of(survey, "vi")
    is_open = survey.state == Survey.State.OPEN
    context = survey_context(survey, content)
    context |= {
        "partner": request.member.partner,
        "own": own,
        "panel": panel,
        "english": queries.content_of(survey, "en") if survey.content.get("en") else None,
        "text_to_carry": survey_queries.text_to_carry(survey) if is_open else "",
        "qr": qr.qr_data_address(context["address"]) if is_open else "",
        **figures_context(content, survey.figures),
    }
    status = panel.status if panel is not None else 200
    return render(request, "partners/own/survey.html", context, status=status)
