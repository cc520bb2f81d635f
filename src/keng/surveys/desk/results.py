"""The result: the finding is handed in, and a second person lets out every word, with a code."""

import functools
import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from keng.accounts.who import RELEASING
from keng.releases.desk import decide_release, give_back_posted
from keng.releases.errors import NothingWaits
from keng.surveys import queries
from keng.surveys.actions import results as actions
from keng.surveys.actions.errors import NotReady
from keng.surveys.desk.shared import explains_refusal, survey_to_write, visible_survey
from keng.surveys.forms import OutcomeForm, outcome_initial
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
    written = survey.results.in_hand().first() or survey.results.released().first()
    form = OutcomeForm(request.POST or None, initial=outcome_initial(written))
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
    result = survey.results.in_hand().select_related("survey__unit").first()
    if result is None:
        raise NothingWaits
    publish = functools.partial(actions.publish_result, pk)
    panel, published = decide_release(request, result, which=RELEASING, let_out=publish)
    is_back = give_back_posted(request, panel, functools.partial(actions.send_back_result, pk))
    if published is not None:
        messages.success(request, _("Published under the same address as the survey."))
    if published is not None or is_back or not (panel.may_let_out or panel.is_refused):
        return redirect("survey-detail", pk=pk)
    content = queries.content_of(survey, "vi")
    texts = result.texts
    context = survey_context(survey, content) | {
        **figures_context(content, survey.figures),
        "panel": panel,
        "texts": [(one, texts[one.key]) for one in content.questions if one.key in texts],
    }
    return render(request, "surveys/release.html", context, status=panel.status)
