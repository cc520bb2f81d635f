"""One question a page, a look over all of them, and thanks. Works without script."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from keng.kit import cookies
from keng.kit.browser_drafts import on_newest_draft
from keng.kit.languages import chosen_language
from keng.surveys import drafts, queries
from keng.surveys.actions import answering
from keng.surveys.actions.errors import NotOpen, SlipUnknown, SlipUsed
from keng.surveys.answer_forms import QuestionPageForm
from keng.surveys.content import Question, SurveyContent, minutes_for
from keng.surveys.models import Survey
from keng.surveys.page_view import survey_context
from keng.surveys.public import answer_limits
from keng.surveys.public.pages import (
    draft_cookie,
    keep_draft,
    survey_by_code,
    to_next_question,
)


@require_http_methods(["GET", "HEAD", "POST"])
@on_newest_draft
def survey_question(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The question that stands at this place for somebody with these answers.

    What is sent says of which question it is: another tab may have changed what stands where.
    """
    found = survey_by_code(code)
    draft = _draft(request, found)
    if draft is None:
        return _back_to_first_page(request, found)
    content = queries.content_of(found)
    asked = content.questions_for(draft.said)
    if request.method == "POST" and "question" in request.POST:
        number = _number_of_question(request.POST["question"], asked)
        if not number:
            return to_next_question(found, draft)
    if not 1 <= number <= len(asked):
        return redirect("survey-check", code=found.code)
    this = asked[number - 1]
    posted = request.POST if request.method == "POST" else None
    form = QuestionPageForm(posted, question=this, said=draft.said)
    if request.method == "POST":
        if language := chosen_language(request):
            return _switch_language(found, draft, form, number, language)
        if form.is_valid():
            return _save_answer(found, draft, this, form)
    return _question_page(request, found, content, form, draft, number, len(asked))


@require_http_methods(["GET", "HEAD", "POST"])
def survey_check(request: HttpRequest, code: str) -> HttpResponse:
    """Every answer once more; counted when it is sent."""
    found = survey_by_code(code)
    draft = _draft(request, found)
    if draft is None:
        return _back_to_first_page(request, found)
    content = queries.content_of(found)
    problem = _send(request, found, draft, content) if request.method == "POST" else ""
    if problem == "sent":
        return _redirect_to_thanks(request, found)
    rows = [
        (number, one, one.words_of(draft.said.get(one.key)))
        for number, one in enumerate(content.questions_for(draft.said), start=1)
    ]
    is_open_to_all = found.reach == Survey.Reach.OPEN
    context = survey_context(found, content) | {
        "rows": rows,
        "problem": problem,
        "puzzle": answer_limits.SLOW_ANSWERS.puzzle(request) if is_open_to_all else "",
    }
    return render(request, "surveys/check.html", context, status=429 if problem else 200)


@require_safe
def survey_thanks(request: HttpRequest, code: str) -> HttpResponse:
    """Counted. Anybody may see this page: it says nothing about who answered."""
    return render(request, "surveys/thanks.html", survey_context(survey_by_code(code)))


def _draft(request: HttpRequest, found: Survey) -> drafts.UnfinishedAnswer | None:
    if not queries.takes_answers(found):
        return None
    return drafts.load_draft(request.COOKIES.get(draft_cookie(found), ""), found.code)


def _back_to_first_page(request: HttpRequest, found: Survey) -> HttpResponse:
    """Sent already, older than a day, or the survey is closed: its first page says which."""
    response = redirect("survey", code=found.code)
    cookies.forget_cookies(response, draft_cookie(found))
    return response


def _save_answer(
    found: Survey,
    draft: drafts.UnfinishedAnswer,
    this: Question,
    form: QuestionPageForm,
) -> HttpResponse:
    draft.said.pop(this.key, None)
    answer = form.answer()
    if answer is not None:
        draft.said[this.key] = answer
    if this.key not in draft.seen:
        draft.seen.append(this.key)
    response = to_next_question(found, draft)
    keep_draft(response, found, draft)
    return response


def _number_of_question(key: str, asked: list[Question]) -> int:
    """At which place a question stands now; 0 for one that is not asked any more."""
    return next((number for number, one in enumerate(asked, start=1) if one.key == key), 0)


def _switch_language(
    found: Survey,
    draft: drafts.UnfinishedAnswer,
    form: QuestionPageForm,
    number: int,
    language: str,
) -> HttpResponse:
    """The same question in the other language; what was chosen stays if it is an answer."""
    if form.is_valid() and (answer := form.answer()) is not None:
        draft.said[form.question.key] = answer
    response = redirect("survey-question", code=found.code, number=number)
    response.status_code = 303
    keep_draft(response, found, draft)
    cookies.put_language_cookie(response, language)
    return response


def _question_page(
    request: HttpRequest,
    found: Survey,
    content: SurveyContent,
    form: QuestionPageForm,
    draft: drafts.UnfinishedAnswer,
    number: int,
    count: int,
) -> HttpResponse:
    context: dict[str, Any] = survey_context(found, content) | {
        "form": form,
        "question": form.question,
        "number": number,
        "count": count,
        "minutes": minutes_for(count - number + 1),
        "again": draft.said,
        "is_select": getattr(form["answer"].field.widget, "input_type", "") == "select",
    }
    status = 422 if form.errors else 200
    return render(request, "surveys/question.html", context, status=status)


def _send(
    request: HttpRequest, found: Survey, draft: drafts.UnfinishedAnswer, content: SurveyContent
) -> str:
    """Count it; "sent", or a word for what stood in the way."""
    before = 0
    if found.reach == Survey.Reach.OPEN:
        before = answer_limits.answers_sent_before(request, found)
        if before >= answer_limits.MOST_FROM_ONE_BROWSER:
            return "too_many"
        if answer_limits.minutes_to_wait(request):
            return "wait"
    is_open_to_all = found.reach == Survey.Reach.OPEN
    try:
        answering.send_draft(
            draft.secret,
            found,
            content,
            again=before > 0,
            is_crowded=lambda: is_open_to_all and answer_limits.is_one_of_many(request),
        )
    except NotOpen:
        return "closed"
    except (SlipUsed, SlipUnknown):
        return "used"
    return "sent"


def _redirect_to_thanks(request: HttpRequest, found: Survey) -> HttpResponse:
    response = redirect("survey-thanks", code=found.code)
    response.status_code = 303
    cookies.forget_cookies(response, draft_cookie(found))
    if found.reach == Survey.Reach.OPEN:
        answer_limits.note_answer(
            response, found, answer_limits.answers_sent_before(request, found)
        )
    return response
