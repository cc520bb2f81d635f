"""Asking the desk of a place, and reading the answer with the code."""

from contextlib import suppress

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keng.claims.actions.errors import NothingToObject
from keng.community.actions.objections import may_object_to_opinion, object_to_opinion
from keng.community.actions.questions import (
    ask_desk,
    is_urgent_question,
    report_urgent_question,
)
from keng.community.forms import AskQuestionForm
from keng.community.models import Question
from keng.community.promises import PROMISES
from keng.dialogue.public.code_entry import ReceiptCodeForm, answer_unknown_code, ask_for_code
from keng.dialogue.public.code_page import QUESTION_CODE_PAGE, TIP_CODE_PAGE
from keng.dialogue.public.receipt_page import ASKED_FIRST
from keng.kit.codes import token_for_answers
from keng.kit.rate_limits import ask_to_wait, client_mark
from keng.limits.shared import SharedLimit
from keng.places import serving
from keng.places.models import Place, Unit
from keng.places.search import current_place
from keng.tips import receipt_codes
from keng.tips.errors import CannotSeal

# Each question is read by a person: so many from one network, then one after each pause.
question_limit = SharedLimit("question", at_once=20, pause=150.0)


@require_http_methods(["GET", "HEAD", "POST"])
def place_ask(request: HttpRequest, code: str) -> HttpResponse:
    """The form; once sent, the code with which the answer is read."""
    place, unit = place_and_desk(code)
    form = AskQuestionForm(request.POST if request.method == "POST" else None)
    is_whole = form.is_bound and form.is_valid()
    # Somebody in danger who took the wrong form is not asked to wait: it goes as a report.
    is_counted = is_whole and not is_urgent_question(form.cleaned_data["text"])
    wait = question_limit.seconds_to_wait(request) if is_counted else 0
    if wait:
        form.add_error("text", _("Many questions came from your network. Try again later."))
    elif is_whole:
        return _hand_in(request, place, form.cleaned_data)
    token = request.POST.get("token", "") if form.is_bound and "token" not in form.errors else ""
    context = {
        "form": form,
        "place": place,
        "unit": unit,
        "token": token or receipt_codes.new_token(),
        "puzzle": question_limit.puzzle(request),
    }
    response = render(request, "community/ask.html", context, status=422 if form.errors else 200)
    return ask_to_wait(response, wait)


def _hand_in(request: HttpRequest, place: Place, asked: dict[str, str]) -> HttpResponse:
    """As a question; what is urgent goes as a report, unless this site cannot seal one."""
    token = asked["token"]
    language = request.LANGUAGE_CODE
    if is_urgent_question(asked["text"]):
        with suppress(CannotSeal):
            of_report = report_urgent_question(
                place,
                text=asked["text"],
                token=token,
                language=language,
                sender_mark=client_mark(request),
            )
            response = TIP_CODE_PAGE.lead_to(of_report)
            response.headers["Location"] += f"?{ASKED_FIRST}=1"
            return response
    token = token_for_answers(token, "question", asked["wish"], asked["text"])
    ask_desk(place, text=asked["text"], wish=asked["wish"], token=token, language=language)
    return QUESTION_CODE_PAGE.lead_to(token)


@require_http_methods(["GET", "HEAD", "POST"])
def question_asked(request: HttpRequest) -> HttpResponse:
    """The code, for ten minutes, to the browser that asked; its button posts here."""
    if request.method == "POST":
        return QUESTION_CODE_PAGE.close(request)
    allowed = QUESTION_CODE_PAGE.token_of(request)
    if allowed is None:
        return QUESTION_CODE_PAGE.ask()
    code = receipt_codes.code_from_token(allowed[0])
    found = _question_of(code)
    if found is None:
        return QUESTION_CODE_PAGE.ask()
    context = {
        "question": found,
        "code": receipt_codes.grouped_code(code),
        "shown_until": allowed[1],
        "kept_from": found.kept_from,
    }
    return render(request, "community/asked.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def question_answer(request: HttpRequest) -> HttpResponse:
    """The answer to one's own question; the code stands in no address."""
    if request.method != "POST":
        return redirect("status")
    form = ReceiptCodeForm(request.POST)
    if not form.is_valid():
        return ask_for_code(request, form)
    found = _question_of(form.cleaned_data["code"])
    if found is None:
        return answer_unknown_code(request, form)
    context = {
        "question": found,
        "code": form.cleaned_data["code"],
        "may_object": may_object_to_opinion(found),
        "promises": PROMISES,
    }
    return render(request, "community/answer.html", context)


@require_POST
def question_object(request: HttpRequest) -> HttpResponse:
    """It is about safety or services after all. The page of the answer says what became of that."""
    form = ReceiptCodeForm(request.POST)
    if form.is_valid():
        with suppress(NothingToObject):
            object_to_opinion(form.cleaned_data["code"])
    return question_answer(request)


def _question_of(code: str) -> Question | None:
    """Without the words in which it was asked: those are not read on this side."""
    found = Question.objects.without_desk_columns().select_related("unit", "place")
    return found.filter(code_hash=receipt_codes.code_hash(code)).first()


def place_and_desk(code: str) -> tuple[Place, Unit]:
    """A place of today and the desk that serves it; 404 without one."""
    found = current_place(code)
    if found is None:
        raise Http404
    try:
        return found, serving.unit_for(found)
    except Unit.DoesNotExist as error:
        raise Http404 from error
