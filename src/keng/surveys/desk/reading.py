"""After closing: each free text is read by a person, then the result is handed in."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from keng.language import reporters_own
from keng.surveys import queries
from keng.surveys.actions import reading as actions
from keng.surveys.actions import results
from keng.surveys.actions.errors import NotReady
from keng.surveys.desk.shared import guarded, to_write
from keng.surveys.forms import OutcomeForm, TextForm
from keng.surveys.models import FreeText, Survey
from keng.surveys.showing import about, blocks, marked_words, places, returned


@guarded
def texts(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One text after another, names and numbers covered beforehand: publish it, or leave it out."""
    survey = to_write(request, pk)
    if survey.state != Survey.State.CLOSED or survey.figures is None:
        return redirect("survey-detail", pk=pk)
    if request.method == "POST":
        return _decided(request, survey)
    waiting = queries.texts_to_read(survey)
    this = waiting[0] if waiting else None
    content = queries.content_of(survey, "vi")
    masked = reporters_own.mask_everybody(this.words) if this else None
    context = about(survey, content) | {
        "text": this,
        "left": len(waiting),
        "masked": masked,
        "question": content.question(this.question) if this else None,
        "form": TextForm(initial={"words": masked.text}) if masked else None,
    }
    return render(request, "surveys/texts.html", context)


def _decided(request: HttpRequest, survey: Survey) -> HttpResponse:
    form = TextForm(request.POST)
    words = form.cleaned_data["words"] if form.is_valid() else ""
    if request.POST.get("do") == "show" and not words:
        messages.error(request, _("Nothing is left of it: then leave it out."))
        return redirect("survey-texts", pk=survey.pk)
    shown = words if request.POST.get("do") == "show" else ""
    try:
        text = FreeText.objects.get(pk=uuid.UUID(request.POST.get("text", "")), survey=survey)
    except (ValueError, FreeText.DoesNotExist):
        raise Http404 from None
    actions.decide(text.pk, words=shown, by=request.officer)
    return redirect("survey-texts", pk=survey.pk)


@guarded
def publish(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The finding and what is done about it, above the figures as the public will see them."""
    survey = to_write(request, pk)
    states = {Survey.State.CLOSED, Survey.State.PUBLISHED}
    if survey.state not in states or survey.figures is None:
        return redirect("survey-detail", pk=pk)
    form = OutcomeForm(request.POST or None, initial=_initial(survey))
    if request.method == "POST" and form.is_valid():
        try:
            results.propose(pk, form.outcome(), by=request.officer)
        except NotReady:
            messages.error(request, _("Read the short texts first: each is published or left out."))
            return redirect("survey-texts", pk=pk)
        messages.success(request, _("Handed in: another officer reads it and lets it out."))
        return redirect("survey-detail", pk=pk)
    content = queries.content_of(survey, "vi")
    context = about(survey, content) | {
        "form": form,
        "blocks": blocks(content, survey.figures),
        "places": places(content, survey.figures),
        "finding": content.finding,
        "figures": survey.figures,
        "returned": returned(survey.figures),
        "marked_words": marked_words(content),
    }
    return render(request, "surveys/publish.html", context, status=422 if form.errors else 200)


def _initial(survey: Survey) -> dict[str, str]:
    outcome = survey.proposal or survey.outcome
    words, english = outcome.get("vi", {}), outcome.get("en", {})
    return {
        "headline": words.get("headline", ""),
        "deeds": words.get("deeds", ""),
        "en_headline": english.get("headline", ""),
        "en_deeds": english.get("deeds", ""),
    }
