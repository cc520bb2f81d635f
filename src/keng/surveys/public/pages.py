"""Pages to read: the list, a survey before one begins, its paper form, its result."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from keng.kit.browser_drafts import on_newest_draft
from keng.kit.codes import halved_code, wordless_code
from keng.surveys import codes, drafts, queries
from keng.surveys.actions import answering
from keng.surveys.actions.errors import SlipUnknown, SlipUsed
from keng.surveys.models import Survey
from keng.surveys.page_view import result_context, survey_context
from keng.surveys.public import answer_limits


@require_safe
def surveys(request: HttpRequest) -> HttpResponse:
    """What is open, and what came of earlier ones: those of desks first."""
    context = {
        "open": [*queries.open_surveys(), *queries.open_partner_surveys()],
        "results": [*queries.published_surveys(limit=30), *queries.published_partner_surveys()],
    }
    return render(request, "surveys/list.html", context)


@require_safe
def survey(request: HttpRequest, code: str, slip: str = "") -> HttpResponse:
    """The same address from the first day on: before, while it is open, and the result."""
    found = survey_by_code(code)
    if found.state == Survey.State.PUBLISHED:
        return render(request, "surveys/result.html", result_context(found, get_language() or "vi"))
    if not queries.takes_answers(found):
        return render(request, "surveys/closed.html", survey_context(found), status=200)
    return _intro(request, found, slip=wordless_code(slip, codes.SLIP_LENGTH))


@require_POST
@on_newest_draft
def survey_start(request: HttpRequest, code: str) -> HttpResponse:
    """Begin an answer, or go on with the one this browser has begun."""
    found = survey_by_code(code)
    if not queries.takes_answers(found):
        return redirect("survey", code=found.code)
    slip = ""
    if found.reach == Survey.Reach.ONCE:
        slip = wordless_code(request.POST.get("slip", ""), codes.SLIP_LENGTH)
        if problem := _slip_problem(request, found, slip):
            return _intro(request, found, problem=problem, status=422)
    elif answer_limits.answers_sent_before(request, found) >= answer_limits.MOST_FROM_ONE_BROWSER:
        return _intro(request, found)
    secret = request.COOKIES.get(draft_cookie(found), "")
    draft = drafts.load_draft(secret, found.code)
    if draft is None or draft.slip != slip:
        draft = drafts.begin_draft(found.code, slip)
    response = to_next_question(found, draft)
    keep_draft(response, found, draft)
    return response


@require_safe
def survey_paper(request: HttpRequest, code: str) -> HttpResponse:
    """The same questions on paper, which a desk types in; a partner has nobody who does."""
    found = survey_by_code(code)
    if found.partner_id is not None or not queries.takes_answers(found):
        raise Http404
    return render(request, "surveys/paper.html", survey_context(found))


def survey_by_code(code: str) -> Survey:
    """The survey that a typed code belongs to. Raises Http404."""
    found = queries.public_survey(wordless_code(code, codes.SURVEY_LENGTH))
    if found is None:
        raise Http404
    return found


def draft_cookie(found: Survey) -> str:
    """The cookie that opens the unfinished answer."""
    return f"keng_survey_{found.code}"


def to_next_question(found: Survey, draft: drafts.UnfinishedAnswer) -> HttpResponse:
    """The first question that was neither answered nor left out; else the look over all of them.

    Whoever has answered further on another tab is not asked the same again.
    """
    asked = queries.content_of(found).questions_for(draft.said)
    for number, one in enumerate(asked, start=1):
        if one.key not in draft.seen:
            response = redirect("survey-question", code=found.code, number=number)
            break
    else:
        response = redirect("survey-check", code=found.code)
    response.status_code = 303
    return response


def keep_draft(response: HttpResponse, found: Survey, draft: drafts.UnfinishedAnswer) -> None:
    """Store the unfinished answer; only this browser can open it."""
    drafts.save_draft(draft)
    drafts.ANSWER_DRAFTS.put_secret(response, draft_cookie(found), draft.secret)


def _intro(
    request: HttpRequest, found: Survey, *, slip: str = "", problem: str = "", status: int = 200
) -> HttpResponse:
    before = answer_limits.answers_sent_before(request, found)
    is_open_to_all = found.reach == Survey.Reach.OPEN
    context = survey_context(found) | {
        "slip": halved_code(slip) if slip else request.POST.get("slip", "")[:40],
        "problem": problem,
        "begun": drafts.load_draft(request.COOKIES.get(draft_cookie(found), ""), found.code),
        "before": before if is_open_to_all else 0,
        "too_many": is_open_to_all and before >= answer_limits.MOST_FROM_ONE_BROWSER,
        "most": answer_limits.MOST_FROM_ONE_BROWSER,
        # A slip is typed on this page; an answer without one is counted when it is sent.
        "puzzle": "" if is_open_to_all else answer_limits.SLOW_SLIPS.puzzle(request),
    }
    return render(request, "surveys/intro.html", context, status=status)


def _slip_problem(request: HttpRequest, found: Survey, slip: str) -> str:
    """Why the slip is good for nothing: a word for the template; "" when it is good."""
    if answer_limits.SLOW_SLIPS.seconds_to_wait(request):
        return "wait"
    if not slip:
        return "impossible"
    try:
        answering.check_slip(found, slip)
    except SlipUnknown:
        return "unknown"
    except SlipUsed:
        return "used"
    return ""
