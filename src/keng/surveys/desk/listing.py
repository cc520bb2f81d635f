"""All surveys of the desk, and one of them with what can be done now."""

import uuid

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from keng.accounts.models import Officer
from keng.accounts.releasing import may_release_for
from keng.accounts.vouching import tied_to
from keng.accounts.who import RELEASING
from keng.releases.hands import hand_refusal, officers_with_hands
from keng.surveys import queries, rights
from keng.surveys.chat.sentences import start_words
from keng.surveys.desk.shared import visible_survey
from keng.surveys.models import FreeText, PaperBatch, Survey
from keng.surveys.page_view import figures_context, survey_context


@require_safe
def desk_surveys(request: HttpRequest) -> HttpResponse:
    """Those that wait for this officer first."""
    found = queries.surveys_of_desk(request.officer)
    waiting = [
        one
        for one in found
        if (one.is_waiting and rights.may_approve(request.officer, one))
        or rights.may_release_result(request.officer, one)
    ]
    context = {
        "waiting": waiting,
        "surveys": [one for one in found if one not in waiting],
        "may_write": rights.has_surveys(request.officer),
    }
    return render(request, "surveys/desk_list.html", context)


@require_safe
def survey_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """How it stands, and the next step."""
    survey = visible_survey(request, pk)
    may_write = rights.may_write(request.officer, survey)
    content = queries.content_of(survey)
    slips, used = queries.slip_counts(survey)
    context = survey_context(survey, content) | {
        "may_write": may_write,
        "may_approve": survey.is_waiting and rights.may_approve(request.officer, survey),
        "may_release": rights.may_release_result(request.officer, survey),
        "may_return": (may_write or rights.may_approve(request.officer, survey))
        and survey.state == Survey.State.APPROVED,
        "hands": officers_with_hands(survey.hands),
        "result_hands": officers_with_hands(rights.hands_in_result(survey)),
        "outcome_hands": officers_with_hands(survey.outcome_hands),
        "refusal": _refusal(request.officer, survey),
        "origins": queries.answers_by_origin(survey),
        "slips": slips,
        "used": used,
        "to_read": survey.free_texts.filter(state=FreeText.State.WAITING).count(),
        "batches": PaperBatch.objects.filter(
            survey=survey, made_by=request.officer, finished_at__isnull=True
        ),
        **figures_context(content, survey.figures),
        "hand_out": hand_out_text(survey),
        "is_over": survey.state == Survey.State.OPEN and not queries.takes_answers(survey),
    }
    return render(request, "surveys/detail.html", context)


def _refusal(officer: Officer, survey: Survey) -> str:
    """What stands in the way of somebody who could let out what waits, had they no hand in it."""
    if not may_release_for(officer, survey.unit):
        return ""
    if survey.is_waiting:
        hands = survey.hands
    elif survey.proposed_by_id is not None:
        hands = rights.hands_in_result(survey)
    else:
        return ""
    has_hand = not tied_to(officer).isdisjoint(hands)
    return hand_refusal(RELEASING, survey.unit, hands) if has_hand else ""


@require_safe
def survey_preview(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """All questions as residents will see them, in one language or the other."""
    survey = visible_survey(request, pk)
    language = request.GET.get("in", "vi")
    if language not in {"vi", "en"}:
        raise Http404
    content = queries.content_of(survey, language)
    context = survey_context(survey, content) | {"has_english": bool(survey.content.get("en"))}
    return render(request, "surveys/preview.html", context)


def hand_out_text(survey: Survey) -> str:
    """Words for any chat, notice board or school group, in Vietnamese."""
    words = survey.content["vi"]
    address = f"{settings.PUBLIC_URL}/s/{survey.code}"
    lines = [words["title"], f"{survey.unit.name}: {words['why']}", address]
    if (account := queries.chat_account_name(survey)) and survey.reach == Survey.Reach.OPEN:
        with override("vi"):
            lines.append(
                _("Or write “%(words)s” to %(account)s.")
                % {"words": start_words(survey), "account": account}
            )
    return "\n".join(lines)
