"""The result: the finding is handed in, and a second person lets out every word, with a code."""

import functools
import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keng.accounts.presence import is_present
from keng.releases.desk import give_back_posted
from keng.releases.errors import TextChanged
from keng.releases.forms import GiveBackForm, ReleaseForm
from keng.releases.hands import officers_with_hands
from keng.surveys import queries, rights
from keng.surveys.actions import results as actions
from keng.surveys.actions.errors import NotReady
from keng.surveys.desk.shared import explains_refusal, survey_to_write, visible_survey
from keng.surveys.forms import OutcomeForm
from keng.surveys.models import Survey
from keng.surveys.page_view import (
    figures_context,
    survey_context,
)


@explains_refusal
def survey_publish(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The finding and what is done about it, above the figures as the public will see them."""
    survey = survey_to_write(request, pk)
    states = {Survey.State.CLOSED, Survey.State.PUBLISHED}
    if survey.state not in states or survey.figures is None:
        return redirect("survey-detail", pk=pk)
    form = OutcomeForm(request.POST or None, initial=_initial(survey))
    if request.method == "POST" and form.is_valid():
        try:
            actions.submit_result(pk, form.outcome(), by=request.officer)
        except NotReady as error:
            messages.error(request, error.sentence)
            return redirect("survey-texts", pk=pk)
        messages.success(request, _("Handed in: another officer reads it and lets it out."))
        return redirect("survey-detail", pk=pk)
    content = queries.content_of(survey, "vi")
    context = survey_context(survey, content) | {
        **figures_context(content, survey.figures),
        "form": form,
    }
    return render(request, "surveys/publish.html", context, status=422 if form.errors else 200)


@explains_refusal
def survey_release(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The finding, what is done about it and the texts, beside the figures."""
    survey = visible_survey(request, pk)
    if not rights.may_release_result(request.officer, survey):
        return redirect("survey-detail", pk=pk)
    form = ReleaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _release(request, survey, form)
    return _release_page(request, survey, form)


@require_POST
@explains_refusal
def survey_result_back(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Back to whoever wrote the result, with the reason."""
    visible_survey(request, pk)
    give_back = functools.partial(actions.send_back_result, pk)
    return give_back_posted(request, give_back, page=redirect("survey-detail", pk=pk))


def _release(request: HttpRequest, survey: Survey, form: ReleaseForm) -> HttpResponse:
    # What is stale is said before the code is used up: the same code does not work twice.
    seen = bytes.fromhex(form.cleaned_data["seen"])
    if seen != queries.result_hash(survey):
        return _release_page(request, survey, ReleaseForm(), stale=True)
    if not is_present(request.officer, form):
        return _release_page(request, survey, form)
    try:
        actions.publish_result(survey.pk, seen=seen, by=request.officer)
    except TextChanged:
        return _release_page(request, visible_survey(request, survey.pk), ReleaseForm(), stale=True)
    messages.success(request, _("Published under the same address as the survey."))
    return redirect("survey-detail", pk=survey.pk)


def _release_page(
    request: HttpRequest, survey: Survey, form: ReleaseForm, *, stale: bool = False
) -> HttpResponse:
    content = queries.content_of(survey, "vi")
    texts = queries.result_texts(survey)
    context = survey_context(survey, content) | {
        "form": form,
        "give_back": GiveBackForm(),
        "stale": stale,
        "hands": officers_with_hands(rights.hands_in_result(survey)),
        "outcome": survey.proposal,
        "hash": queries.result_hash(survey).hex(),
        "texts": [(one, texts[one.key]) for one in content.questions if one.key in texts],
        **figures_context(content, survey.figures),
    }
    status = 409 if stale else 422 if form.is_bound and form.errors else 200
    return render(request, "surveys/release.html", context, status=status)


def _initial(survey: Survey) -> dict[str, str]:
    outcome = survey.proposal or survey.outcome
    words, english = outcome.get("vi", {}), outcome.get("en", {})
    return {
        "headline": words.get("headline", ""),
        "deeds": words.get("deeds", ""),
        "en_headline": english.get("headline", ""),
        "en_deeds": english.get("deeds", ""),
    }
