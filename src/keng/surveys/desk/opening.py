"""The second person, opening and closing, and the slips."""

import functools
import uuid

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keng.accounts.who import RELEASING
from keng.kit import qr
from keng.kit.codes import halved_code
from keng.releases.desk import decide_release, give_back_posted
from keng.releases.forms import GiveBackForm
from keng.surveys import queries
from keng.surveys.actions import opening as actions
from keng.surveys.actions.errors import NotReady
from keng.surveys.desk.listing import survey_detail_page
from keng.surveys.desk.shared import explains_refusal, survey_to_write, visible_survey
from keng.surveys.forms import ApproveSurveyForm, CountForm
from keng.surveys.models import Survey
from keng.surveys.page_view import survey_context


@explains_refusal
def survey_approve(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Every question as it will be asked, and the word of a second person for each."""
    survey = visible_survey(request, pk)
    panel, approved = decide_release(
        request,
        survey,
        which=RELEASING,
        let_out=functools.partial(actions.approve_survey, pk),
        form=ApproveSurveyForm,
    )
    is_back = give_back_posted(request, panel, functools.partial(actions.send_back_survey, pk))
    if approved is not None:
        messages.success(request, _("Approved: it can be opened now, exactly as you read it."))
    if approved is not None or is_back or not (panel.may_let_out or panel.is_refused):
        return redirect("survey-detail", pk=pk)
    english = queries.content_of(survey, "en") if survey.content.get("en") else None
    context = survey_context(survey, queries.content_of(survey, "vi")) | {
        "panel": panel,
        "english": english,
    }
    return render(request, "surveys/approve.html", context, status=panel.status)


@require_POST
@explains_refusal
def survey_send_back(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What was approved and is not open yet, back to the author with the reason."""
    survey = visible_survey(request, pk)
    form = GiveBackForm(request.POST)
    if not form.is_valid():
        return survey_detail_page(request, survey, form)
    actions.send_back_survey(pk, reason=form.cleaned_data["reason"], by=request.officer)
    messages.success(request, _("Given back to the author."))
    return redirect("survey-detail", pk=pk)


@require_POST
@explains_refusal
def survey_open(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take answers from now on."""
    visible_survey(request, pk)
    actions.open_survey(pk, by=request.officer)
    messages.success(request, _("Open: people can answer now."))
    return redirect("survey-detail", pk=pk)


@require_POST
@explains_refusal
def survey_close(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take no more answers."""
    visible_survey(request, pk)
    actions.close_survey(pk, by=request.officer)
    messages.success(request, _("Closed: the answers are counted within a few seconds."))
    return redirect("survey-detail", pk=pk)


@explains_refusal
def survey_slips(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Make slips and print them: the codes are on this one page and nowhere else."""
    survey = survey_to_write(request, pk)
    form = CountForm(request.POST or None)
    made: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            found = actions.make_slips(pk, form.cleaned_data["count"], by=request.officer)
        except NotReady as error:
            form.add_error("count", error.sentence)
        else:
            made = [_slip(survey, code) for code in found]
    context = survey_context(survey) | {
        "form": form,
        "made": made,
        "totals": queries.slip_counts(survey),
    }
    return render(request, "surveys/slips.html", context, status=422 if form.errors else 200)


def _slip(survey: Survey, code: str) -> dict[str, str]:
    address = f"{settings.PUBLIC_URL}/s/{survey.code}/{code}"
    drawn = qr.qr_data_address(address, scale=3, border=2)
    return {"code": halved_code(code), "address": address, "qr": drawn}
