"""Writing a survey of the partner: the words around the questions, the questions, the result."""

import uuid
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from keng.acts.errors import Incomplete
from keng.partners.actions import surveys as actions
from keng.partners.errors import NoSecondMember
from keng.partners.forms import HintsForm
from keng.partners.hints import TextHints, find_hints, hints_of_text
from keng.partners.public.deciding import see_other
from keng.partners.public.survey_pages import own_survey_or_404
from keng.partners.survey_queries import OwnSurvey, place_names_of_partner
from keng.surveys import queries
from keng.surveys.actions.errors import NotReady
from keng.surveys.forms import (
    OutcomeForm,
    PartnerQuestionForm,
    PartnerSurveyForm,
    outcome_initial,
    question_initial,
    survey_initial,
)
from keng.surveys.models import Survey
from keng.surveys.page_view import figures_context, survey_context

if TYPE_CHECKING:
    from collections.abc import Callable


@require_http_methods(["GET", "HEAD", "POST"])
def partner_survey_new(request: HttpRequest) -> HttpResponse:
    """Begin a survey."""
    form = _words_form(request, initial={"purpose": request.member.partner.purposes[0]})
    if form.is_bound and form.is_valid():
        made = actions.make_partner_survey(**_words_of(request, form), by=request.member)
        return see_other("partner-survey-edit", made.pk)
    context = {"partner": request.member.partner, "form": form}
    status = 422 if form.errors else 200
    return render(request, "partners/own/survey_new.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def partner_survey_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Change the words; see and order the questions; hand it in."""
    own = _own_draft(request, pk)
    if own is None:
        return redirect("partner-survey", pk=pk)
    is_handed_in = request.POST.get("do") == "submit"
    form = _words_form(request, initial=survey_initial(own.survey), is_sent=not is_handed_in)
    marks = HintsForm(request.POST if is_handed_in else None, hints=hints_of_text(own.survey))
    if is_handed_in:
        if not marks.is_valid():
            return _edit_page(request, own, form, marks)
        try:
            actions.submit_partner_survey(pk, **marks.given(), by=request.member)
        except Incomplete as error:
            return _edit_page(request, own, form, marks, refusal=str(error.sentence))
        return see_other("partner-survey", pk)
    if form.is_bound and form.is_valid():
        actions.revise_partner_survey(pk, **_words_of(request, form), by=request.member)
        return see_other("partner-survey-edit", pk)
    return _edit_page(request, own, form, marks)


@require_http_methods(["GET", "HEAD", "POST"])
def partner_survey_question(request: HttpRequest, pk: uuid.UUID, key: str = "") -> HttpResponse:
    """One more question, or one that is changed."""
    own = _own_draft(request, pk)
    if own is None:
        return redirect("partner-survey", pk=pk)
    questions = own.survey.content["questions"]
    keys = [one["key"] for one in questions]
    if key and key not in keys:
        return redirect("partner-survey-edit", pk=pk)
    at = keys.index(key) if key else len(keys)
    form = PartnerQuestionForm(
        request.POST if request.method == "POST" else None,
        earlier=questions[:at],
        english=bool(own.survey.content.get("en")),
        initial=question_initial(questions[at]) if key else {"kind": "choice"},
    )
    if form.is_bound and form.is_valid():
        question = form.question(key or f"q{max((int(one[1:]) for one in keys), default=0) + 1}")
        try:
            actions.put_partner_question(pk, question, by=request.member)
        except NotReady as error:
            form.add_error(None, error.sentence)
        else:
            return see_other("partner-survey-edit", pk)
    context = {
        "partner": request.member.partner,
        "survey": own.survey,
        "form": form,
        "number": at + 1,
    }
    status = 422 if form.errors else 200
    return render(request, "partners/own/survey_question.html", context, status=status)


@require_POST
def partner_survey_order(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One place up, or out."""
    if _own_draft(request, pk) is None:
        return redirect("partner-survey", pk=pk)
    changes: dict[str, Callable[..., Any]] = {
        "up": actions.move_partner_question_up,
        "out": actions.remove_partner_question,
    }
    for name, change in changes.items():
        if name in request.POST:
            change(pk, request.POST[name], by=request.member)
    return see_other("partner-survey-edit", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def partner_survey_result(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What the partner says of the figures and does about them, beside the figures."""
    own = own_survey_or_404(request, pk)
    states = {Survey.State.CLOSED, Survey.State.PUBLISHED}
    if own.survey.state not in states or own.survey.figures is None:
        return redirect("partner-survey", pk=pk)
    form = OutcomeForm(
        request.POST if request.method == "POST" else None,
        initial=outcome_initial(own.written or own.result_out),
    )
    marks = HintsForm(hints=TextHints([], []))
    if form.is_bound and form.is_valid():
        hints = find_hints("", [form.outcome()], unit=own.survey.unit)
        marks = HintsForm(request.POST, hints=hints)
        try:
            if marks.is_valid():
                actions.submit_partner_result(
                    pk, form.outcome(), **marks.given(), by=request.member
                )
                return see_other("partner-survey", pk)
        except NoSecondMember as error:
            form.add_error(None, str(error.sentence))
    content = queries.content_of(own.survey, "vi")
    context = survey_context(own.survey, content) | {
        "partner": request.member.partner,
        "form": form,
        "marks": marks,
        **figures_context(content, own.survey.figures),
    }
    status = 422 if form.is_bound else 200
    return render(request, "partners/own/survey_result.html", context, status=status)


def _words_form(
    request: HttpRequest, *, initial: dict[str, Any], is_sent: bool = True
) -> PartnerSurveyForm:
    partner = request.member.partner
    return PartnerSurveyForm(
        request.POST if request.method == "POST" and is_sent else None,
        purposes=partner.purposes,
        has_places=bool(place_names_of_partner(partner)),
        initial=initial,
    )


def _words_of(request: HttpRequest, form: PartnerSurveyForm) -> dict[str, Any]:
    places = place_names_of_partner(request.member.partner)
    return {"purpose": form.cleaned_data["purpose"], "content": form.content(places)}


def _edit_page(
    request: HttpRequest,
    own: OwnSurvey,
    form: PartnerSurveyForm,
    marks: HintsForm,
    *,
    refusal: str = "",
) -> HttpResponse:
    context = {
        "partner": request.member.partner,
        "survey": own.survey,
        "content": queries.content_of(own.survey, "vi"),
        "form": form,
        "marks": marks,
        "refusal": refusal,
    }
    status = 422 if form.errors or marks.errors or refusal else 200
    return render(request, "partners/own/survey_edit.html", context, status=status)


def _own_draft(request: HttpRequest, pk: uuid.UUID) -> OwnSurvey | None:
    """A survey of the partner that may still be changed. Raises Http404."""
    own = own_survey_or_404(request, pk)
    return own if own.survey.state == Survey.State.DRAFT else None
