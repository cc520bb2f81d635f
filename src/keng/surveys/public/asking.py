"""One question a page, a look over all of them, and thanks. Works without script."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from keng.kit import cookies
from keng.kit.languages import chosen_language
from keng.surveys import drafts, queries
from keng.surveys.actions import answering
from keng.surveys.actions.errors import NotOpen, SlipUnknown, SlipUsed
from keng.surveys.answer_forms import QuestionPage
from keng.surveys.content import Content, Question, minutes_for, only_asked
from keng.surveys.models import Survey
from keng.surveys.public import browser
from keng.surveys.public.pages import cookie_of, found_by, keep
from keng.surveys.showing import about


@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The question that stands at this place for somebody with these answers."""
    found = found_by(code)
    draft = _draft(request, found)
    if draft is None:
        return _gone(request, found)
    content = queries.content_of(found)
    asked = content.asked(draft.said)
    if not 1 <= number <= len(asked):
        return redirect("survey-check", code=found.code)
    this = asked[number - 1]
    posted = request.POST if request.method == "POST" else None
    form = QuestionPage(posted, question=this, said=draft.said)
    if request.method == "POST":
        if language := chosen_language(request):
            return _switched(found, draft, form, number, language)
        if form.is_valid():
            return _answered(found, draft, content, this, form)
    return _page(request, found, content, form, draft, number, len(asked))


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Every answer once more; counted when it is sent."""
    found = found_by(code)
    draft = _draft(request, found)
    if draft is None:
        return _gone(request, found)
    content = queries.content_of(found)
    problem = _sent(request, found, draft, content) if request.method == "POST" else ""
    if problem == "sent":
        return _thanks(request, found)
    rows = [
        (number, one, one.words_of(draft.said.get(one.key)))
        for number, one in enumerate(content.asked(draft.said), start=1)
    ]
    context = about(found, content) | {"rows": rows, "problem": problem}
    return render(request, "surveys/check.html", context, status=429 if problem else 200)


@require_safe
def thanks(request: HttpRequest, code: str) -> HttpResponse:
    """Counted. Anybody may see this page: it says nothing about who answered."""
    return render(request, "surveys/thanks.html", about(found_by(code)))


def _draft(request: HttpRequest, found: Survey) -> drafts.Unfinished | None:
    if not queries.takes_answers(found):
        return None
    return drafts.load(request.COOKIES.get(cookie_of(found), ""), found.code)


def _gone(request: HttpRequest, found: Survey) -> HttpResponse:
    """Sent already, older than a day, or the survey is closed: its first page says which."""
    response = redirect("survey", code=found.code)
    cookies.forget_cookies(response, cookie_of(found))
    return response


def _answered(
    found: Survey, draft: drafts.Unfinished, content: Content, this: Question, form: QuestionPage
) -> HttpResponse:
    draft.said.pop(this.key, None)
    answer = form.said()
    if answer is not None:
        draft.said[this.key] = answer
    asked = [one.key for one in content.asked(draft.said)]
    at = asked.index(this.key) + 2
    if at <= len(asked):
        response = redirect("survey-question", code=found.code, number=at)
    else:
        response = redirect("survey-check", code=found.code)
    response.status_code = 303
    keep(response, found, draft)
    return response


def _switched(
    found: Survey, draft: drafts.Unfinished, form: QuestionPage, number: int, language: str
) -> HttpResponse:
    """The same question in the other language; what was chosen stays if it is an answer."""
    if form.is_valid() and (answer := form.said()) is not None:
        draft.said[form.question.key] = answer
    response = redirect("survey-question", code=found.code, number=number)
    response.status_code = 303
    keep(response, found, draft)
    cookies.put_language_cookie(response, language)
    return response


def _page(
    request: HttpRequest,
    found: Survey,
    content: Content,
    form: QuestionPage,
    draft: drafts.Unfinished,
    number: int,
    count: int,
) -> HttpResponse:
    context: dict[str, Any] = about(found, content) | {
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


def _sent(request: HttpRequest, found: Survey, draft: drafts.Unfinished, content: Content) -> str:
    """Count it; "sent", or a word for what stood in the way."""
    before = 0
    if found.reach == Survey.Reach.OPEN:
        before = browser.answered_before(request, found)
        if before >= browser.MOST_FROM_ONE_BROWSER:
            return "too_many"
        if browser.minutes_to_wait(request):
            return "wait"
    try:
        with transaction.atomic():
            mine = drafts.load(draft.secret, found.code, lock=True)
            if mine is None:
                # Sent by another tap a moment ago.
                return "sent"
            answering.take(
                found,
                content,
                only_asked(content, mine.said),
                slip=mine.slip,
                again=before > 0,
                crowded=found.reach == Survey.Reach.OPEN and browser.is_one_of_many(request),
            )
            drafts.drop(draft.secret)
    except NotOpen:
        return "closed"
    except (SlipUsed, SlipUnknown):
        return "used"
    return "sent"


def _thanks(request: HttpRequest, found: Survey) -> HttpResponse:
    response = redirect("survey-thanks", code=found.code)
    response.status_code = 303
    cookies.forget_cookies(response, cookie_of(found))
    if found.reach == Survey.Reach.OPEN:
        browser.note_answer(response, found, browser.answered_before(request, found))
    return response
