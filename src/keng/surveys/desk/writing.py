"""Writing: the words around the questions, then the questions one by one."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keng.surveys import queries, rights
from keng.surveys.actions import writing as actions
from keng.surveys.actions.errors import NotReady, WrongState
from keng.surveys.desk.shared import explains_refusal, survey_to_write
from keng.surveys.forms import QuestionForm, SurveyForm, question_initial, survey_initial
from keng.surveys.models import Survey


def survey_new(request: HttpRequest) -> HttpResponse:
    """Begin a survey."""
    units = rights.units_to_write_for(request.officer)
    if not units:
        messages.info(request, _("Your post writes no surveys: this page says who does."))
        return redirect("desk-surveys")
    form = SurveyForm(request.POST or None, units=units, initial={"unit": str(units[0].pk)})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        unit = next(one for one in units if str(one.pk) == said["unit"])
        survey = actions.make_survey(
            unit_id=unit.pk,
            purpose=said["purpose"],
            reach=said["reach"],
            content=form.content(queries.place_names_below(unit)),
            by=request.officer,
        )
        return redirect("survey-edit", pk=survey.pk)
    status = 422 if form.errors else 200
    return render(request, "surveys/new.html", {"form": form}, status=status)


@explains_refusal
def survey_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Change the words; see and order the questions."""
    survey = _draft(request, pk)
    form = SurveyForm(request.POST or None, units=[survey.unit], initial=survey_initial(survey))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        actions.revise_survey(
            pk,
            purpose=said["purpose"],
            reach=said["reach"],
            content=form.content(queries.place_names_below(survey.unit)),
            by=request.officer,
        )
        messages.success(request, _("Saved."))
        return redirect("survey-edit", pk=pk)
    content = queries.content_of(survey, "vi")
    context = {"form": form, "survey": survey, "content": content}
    return render(request, "surveys/edit.html", context, status=422 if form.errors else 200)


@explains_refusal
def survey_question_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One more question."""
    survey = _draft(request, pk)
    there = [int(one["key"][1:]) for one in survey.content["questions"]]
    return _question(request, survey, f"q{max(there, default=0) + 1}")


@explains_refusal
def survey_question_edit(request: HttpRequest, pk: uuid.UUID, key: str) -> HttpResponse:
    """Change a question."""
    survey = _draft(request, pk)
    if key not in {one["key"] for one in survey.content["questions"]}:
        return redirect("survey-edit", pk=pk)
    return _question(request, survey, key)


def _question(request: HttpRequest, survey: Survey, key: str) -> HttpResponse:
    questions = survey.content["questions"]
    keys = [one["key"] for one in questions]
    at = keys.index(key) if key in keys else len(keys)
    initial = question_initial(questions[at]) if at < len(keys) else {"kind": "choice"}
    form = QuestionForm(
        request.POST or None,
        earlier=questions[:at],
        english=bool(survey.content.get("en")),
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.put_question(survey.pk, form.question(key), by=request.officer)
        except NotReady as error:
            form.add_error(None, error.sentence)
        else:
            return redirect("survey-edit", pk=survey.pk)
    context = {"form": form, "survey": survey, "number": at + 1, "is_new": at == len(keys)}
    return render(
        request, "surveys/question_edit.html", context, status=422 if form.errors else 200
    )


@require_POST
@explains_refusal
def survey_order(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One place up, or out."""
    _draft(request, pk)
    if "up" in request.POST:
        actions.move_question_up(pk, request.POST["up"], by=request.officer)
    elif "out" in request.POST:
        actions.remove_question(pk, request.POST["out"], by=request.officer)
    return redirect("survey-edit", pk=pk)


@require_POST
@explains_refusal
def survey_submit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Hand it in for a second person."""
    _draft(request, pk)
    try:
        actions.submit_survey(pk, by=request.officer)
    except NotReady as error:
        messages.error(request, error.sentence)
        return redirect("survey-edit", pk=pk)
    messages.success(request, _("Handed in: a second person reads and approves it."))
    return redirect("survey-detail", pk=pk)


def _draft(request: HttpRequest, pk: uuid.UUID) -> Survey:
    survey = survey_to_write(request, pk)
    if survey.state != Survey.State.DRAFT:
        raise WrongState
    return survey
