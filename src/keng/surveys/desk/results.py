"""The second person for a result: every word that will be public, and a code."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keng.accounts.hands import officers_with_hands
from keng.accounts.presence import is_present
from keng.surveys import queries, rights
from keng.surveys.actions import results as actions
from keng.surveys.actions.errors import StaleApproval
from keng.surveys.desk.shared import guarded, visible
from keng.surveys.forms import ReleaseResultForm, ReturnForm
from keng.surveys.models import Survey
from keng.surveys.showing import about, blocks, marked_words, places, returned


@guarded
def release(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The finding, what is done about it and the texts, beside the figures."""
    survey = visible(request, pk)
    if not rights.may_release_result(request.officer, survey):
        return redirect("survey-detail", pk=pk)
    form = ReleaseResultForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _released(request, survey, form)
    return _shown(request, survey, form)


@require_POST
@guarded
def send_back(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Back to whoever wrote the result, with the reason."""
    visible(request, pk)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write what has to change"))
        return redirect("survey-release", pk=pk)
    actions.send_back(pk, reason=form.cleaned_data["reason"], by=request.officer)
    messages.success(request, _("Given back to be changed."))
    return redirect("survey-detail", pk=pk)


def _released(request: HttpRequest, survey: Survey, form: ReleaseResultForm) -> HttpResponse:
    # What is stale is said before the code is used up: the same code does not work twice.
    if form.seen() != queries.result_hash(survey):
        return _shown(request, survey, ReleaseResultForm(), stale=True)
    if not is_present(request.officer, form):
        return _shown(request, survey, form)
    try:
        actions.publish(survey.pk, seen=form.seen(), by=request.officer)
    except StaleApproval:
        return _shown(request, visible(request, survey.pk), ReleaseResultForm(), stale=True)
    messages.success(request, _("Published under the same address as the survey."))
    return redirect("survey-detail", pk=survey.pk)


def _shown(
    request: HttpRequest, survey: Survey, form: ReleaseResultForm, *, stale: bool = False
) -> HttpResponse:
    content = queries.content_of(survey, "vi")
    texts = queries.result_texts(survey)
    context = about(survey, content) | {
        "form": form,
        "back_form": ReturnForm(),
        "stale": stale,
        "hands": officers_with_hands(rights.hands_in_result(survey)),
        "outcome": survey.proposal,
        "hash": queries.result_hash(survey).hex(),
        "texts": [(one, texts[one.key]) for one in content.questions if one.key in texts],
        "blocks": blocks(content, survey.figures or {}),
        "places": places(content, survey.figures or {}),
        "finding": content.finding,
        "figures": survey.figures,
        "returned": returned(survey.figures or {}),
        "marked_words": marked_words(content),
    }
    status = 409 if stale else 422 if form.is_bound and form.errors else 200
    return render(request, "surveys/release.html", context, status=status)
