"""After closing: each free text is read by a person before anybody else does."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from keng.kit.ids import id_or_404
from keng.language import reporters_own
from keng.surveys import queries
from keng.surveys.actions import free_texts as actions
from keng.surveys.desk.shared import explains_refusal, survey_to_write
from keng.surveys.forms import FreeTextForm
from keng.surveys.models import FreeText, Survey
from keng.surveys.page_view import (
    survey_context,
)


@explains_refusal
def survey_texts(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One text after another, names and numbers covered beforehand: publish it, or leave it out."""
    survey = survey_to_write(request, pk)
    if survey.state != Survey.State.CLOSED or survey.figures is None:
        return redirect("survey-detail", pk=pk)
    if request.method == "POST":
        return _decide(request, survey)
    waiting = queries.texts_to_read(survey)
    this = waiting[0] if waiting else None
    content = queries.content_of(survey, "vi")
    masked = reporters_own.mask_everybody(this.words) if this else None
    context = survey_context(survey, content) | {
        "text": this,
        "left": len(waiting),
        "masked": masked,
        "question": content.question(this.question) if this else None,
        "form": FreeTextForm(initial={"words": masked.text}) if masked else None,
    }
    return render(request, "surveys/texts.html", context)


def _decide(request: HttpRequest, survey: Survey) -> HttpResponse:
    form = FreeTextForm(request.POST)
    words = form.cleaned_data["words"] if form.is_valid() else ""
    if request.POST.get("do") == "show" and not words:
        messages.error(request, _("Nothing is left of it: then leave it out."))
        return redirect("survey-texts", pk=survey.pk)
    shown = words if request.POST.get("do") == "show" else ""
    text = get_object_or_404(FreeText, pk=id_or_404(request.POST.get("text", "")), survey=survey)
    actions.decide_free_text(text.pk, words=shown, by=request.officer)
    return redirect("survey-texts", pk=survey.pk)
