"""Typing in paper forms, one pile at a time."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from keng.kit.codes import wordless_code
from keng.surveys import codes, queries, rights
from keng.surveys.actions import paper as actions
from keng.surveys.actions.errors import NotOpen, SlipUnknown, SlipUsed, WrongState
from keng.surveys.answer_forms import PaperSheetForm
from keng.surveys.desk.shared import explains_refusal, survey_to_write
from keng.surveys.forms import CountForm
from keng.surveys.models import PaperBatch, Survey
from keng.surveys.page_view import survey_context


@explains_refusal
def survey_paper_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """How many sheets the pile has."""
    survey = survey_to_write(request, pk)
    if survey.state != Survey.State.OPEN:
        return redirect("survey-detail", pk=pk)
    form = CountForm(request.POST or None)
    form.fields["count"].label = _("Sheets in this pile")
    if request.method == "POST" and form.is_valid():
        batch = actions.begin_batch(pk, form.cleaned_data["count"], by=request.officer)
        return redirect("survey-sheet", pk=batch.pk)
    context = survey_context(survey) | {"form": form}
    return render(request, "surveys/paper_new.html", context, status=422 if form.errors else 200)


def survey_sheet(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One sheet after another."""
    batch, is_mine = _visible_batch(request, pk)
    survey = batch.survey
    if not is_mine:
        return redirect("survey-detail", pk=survey.pk)
    content = queries.content_of(survey, "vi")
    with_slip = survey.reach == Survey.Reach.ONCE
    posted = request.POST if request.method == "POST" else None
    form = PaperSheetForm(posted, content=content, with_slip=with_slip)
    # A sheet on which nothing is ticked still is a form somebody handed in.
    if request.method == "POST" and form.is_valid() and _type_in(request, batch, form):
        return redirect("survey-sheet", pk=pk)
    context = survey_context(survey, content) | {
        "form": form,
        "batch": batch,
        "number": batch.typed + 1,
    }
    return render(request, "surveys/sheet.html", context, status=422 if form.errors else 200)


def _type_in(request: HttpRequest, batch: PaperBatch, form: PaperSheetForm) -> bool:
    slip = wordless_code(form.cleaned_data.get("slip", ""), codes.SLIP_LENGTH)
    content = queries.content_of(batch.survey, "vi")
    try:
        done = actions.type_in_sheet(
            batch.pk, content, form.answers(), slip=slip, by=request.officer
        )
    except (SlipUsed, SlipUnknown) as error:
        form.add_error("slip", error.sentence)
    except (NotOpen, WrongState):
        form.add_error(None, _("The survey is closed, or this pile is done."))
    else:
        left = done.sheets - done.typed
        said = ngettext("Counted. %(left)d sheet left.", "Counted. %(left)d sheets left.", left)
        messages.success(request, said % {"left": left})
        return True
    return False


@require_POST
def survey_sheet_end(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The rest of the pile cannot be read, or there is none."""
    batch, is_mine = _visible_batch(request, pk)
    if is_mine:
        actions.finish_batch(pk, by=request.officer)
    return redirect("survey-detail", pk=batch.survey_id)


def _visible_batch(request: HttpRequest, pk: uuid.UUID) -> tuple[PaperBatch, bool]:
    """A pile of a visible survey, and whether it is this officer's to type in."""
    batch = get_object_or_404(
        PaperBatch.objects.select_related("survey__unit"),
        pk=pk,
        survey__in=Survey.objects.visible_to(request.officer),
    )
    is_mine = batch.made_by_id == request.officer.pk and batch.finished_at is None
    return batch, is_mine and rights.may_write(request.officer, batch.survey)
