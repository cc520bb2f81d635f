"""All surveys of the desk, and one of them with what can be done now."""

import uuid

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from keng.accounts.who import RELEASING
from keng.kit.list_filter import ListFilter
from keng.kit.pagination import rows_of_page
from keng.releases.desk import release_refusal
from keng.releases.forms import GiveBackForm
from keng.releases.hands import name_hands
from keng.surveys import queries, rights
from keng.surveys.chat.sentences import start_words
from keng.surveys.desk.shared import visible_survey
from keng.surveys.models import FreeText, PaperBatch, Survey
from keng.surveys.page_view import figures_context, survey_context


@require_safe
def desk_surveys(request: HttpRequest) -> HttpResponse:
    """Those that wait for this officer first."""
    found = queries.surveys_of_desk(request.officer)
    waiting = []
    for survey in found:
        texts = [text for text in (survey, *survey.results_waiting) if text.is_waiting]
        to_read = [text for text in texts if rights.may_approve(request.officer, text)]
        if to_read:
            survey.to_read = to_read[0]
            waiting.append(survey)
    name_hands([survey.to_read for survey in waiting])
    chosen = ListFilter(request.GET)
    named = queries.surveys_with_words(request.officer, chosen.words)
    others = [one for one in found if one not in waiting and one.pk in named]
    shown, page = rows_of_page(request, others)
    context = {
        "waiting": waiting,
        "surveys": shown,
        "page": page,
        "filter": chosen,
        "may_write": rights.has_surveys(request.officer),
    }
    return render(request, "surveys/desk_list.html", context)


@require_safe
def survey_detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """How it stands, and the next step."""
    return survey_detail_page(request, visible_survey(request, pk))


def survey_detail_page(
    request: HttpRequest, survey: Survey, back_form: GiveBackForm | None = None
) -> HttpResponse:
    """That page; with what was sent, where it could not be done."""
    may_write = rights.may_write(request.officer, survey)
    content = queries.content_of(survey)
    slips, used = queries.slip_counts(survey)
    results = survey.results.filter(ended_at=None).select_related("survey__unit")
    written, result_out = results.in_hand().first(), results.released().first()
    name_hands([survey, *(one for one in (written, result_out) if one is not None)])
    waiting = next((one for one in (survey, written) if one is not None and one.is_waiting), None)
    refusal = release_refusal(request.officer, waiting, RELEASING) if waiting is not None else ""
    context = survey_context(survey, content) | {
        "may_write": may_write,
        "may_approve": waiting is survey and not refusal,
        "may_release": waiting is not None and waiting is written and not refusal,
        "may_return": (may_write or rights.may_approve(request.officer, survey))
        and survey.state == Survey.State.APPROVED,
        # Until somebody has approved it, whoever writes takes it back without a reason.
        "may_take_back": may_write and survey.state == Survey.State.SUBMITTED,
        "back_form": back_form or GiveBackForm(),
        "hands": survey.people,
        "written": written,
        "result_out": result_out,
        "refusal": refusal,
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
    status = 422 if back_form else 200
    return render(request, "surveys/detail.html", context, status=status)


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
