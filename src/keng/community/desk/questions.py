"""Questions to the desk: the list with its reply times, one question, and what becomes of it."""

import functools
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keng.accounts.vouching import tied_to
from keng.accounts.who import RELEASING
from keng.claims.actions.errors import YourOwn
from keng.community.actions import questions as actions
from keng.community.forms import AnswerQuestionForm
from keng.community.models import Question
from keng.community.number_checks import check_answer_numbers
from keng.community.redact_questions import redact_question
from keng.kit.list_filter import ListFilter, rows_with_words
from keng.kit.pagination import rows_of_page
from keng.releases.desk import decide_release, decided_meanwhile, is_release_posted
from keng.releases.errors import NothingWaits
from keng.tips.errors import CannotSeal
from keng.warnings.forms import NumbersReleaseForm
from keng.warnings.known_numbers import NumberCheck


@require_GET
def questions(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first; what was decided lately, with how long it took."""
    seen = Question.objects.visible_to(request.officer).select_related("place", "unit")
    waiting, waiting_page = rows_of_page(request, seen.undecided().order_by("asked_at"), "waiting")
    settled = seen.exclude(state=Question.State.WAITING).select_related("decided_by")
    chosen = ListFilter(request.GET, words_label=_("Words of the question, or a place"))
    # What a resident wrote is not searched: only what was published of it.
    found = rows_with_words(settled, chosen.words, "shown_text", "place__full_name")
    decided, page = rows_of_page(request, found.order_by("-decided_at", "-pk"))
    context = {
        "waiting": waiting,
        "waiting_page": waiting_page,
        "decided": decided,
        "page": page,
        "filter": chosen,
    }
    return render(request, "community/desk/questions.html", context)


@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One question: what a machine would cover in it, the answer, and who lets that out."""
    officer = request.officer
    seen = Question.objects.visible_to(officer).select_related("place", "unit", "released_by")
    found = get_object_or_404(seen, pk=pk)
    numbers = check_answer_numbers(found, by=officer) if found.is_waiting else NumberCheck([], "")
    try:
        panel, let_out = decide_release(
            request,
            found,
            which=RELEASING,
            let_out=functools.partial(actions.let_out_answer, pk),
            form=functools.partial(NumbersReleaseForm, checked=numbers),
        )
    except NothingWaits:
        return decided_meanwhile(request, "questions")
    if let_out is not None:
        messages.success(request, _("Answered. The words as they were asked are destroyed."))
        return redirect("questions")
    is_written = request.method == "POST" and not is_release_posted(request)
    form = _answer_form(found, request.POST if is_written else None)
    if is_written and form.is_valid():
        done = _("Answered. The words as they were asked are destroyed.")
        if found.wish == Question.Wish.PUBLIC:
            done = _("Handed in: a second person lets it out.")
        return _decide_question(
            request,
            done,
            lambda: actions.answer_question(pk, by=officer, **form.cleaned_data),
        )
    context = {
        "question": found,
        "form": form,
        "covered": redact_question(found.text).covered,
        "is_own": found.objected_at is not None and found.decided_by_id in tied_to(officer),
        "panel": panel,
        "numbers": numbers,
    }
    status = 422 if form.errors else panel.status
    return render(request, "community/desk/question.html", context, status=status)


def _answer_form(found: Question, posted: Any) -> AnswerQuestionForm:
    masked = redact_question(found.text)
    initial = {"shown": found.shown_text or masked.text, "words": found.answer}
    form = AnswerQuestionForm(posted, initial=initial)
    form.fit(is_public=found.wish == Question.Wish.PUBLIC, is_covered=bool(masked.covered))
    return form


@require_POST
def question_opinion(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """No matter of this site: the asker reads the fixed, polite answer."""
    done = _("The asker reads the fixed answer. The words are gone from the desk.")
    return _decide_question(
        request, done, lambda: actions.decline_question_as_opinion(pk, by=request.officer)
    )


@require_POST
def question_move(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """It is really a report: it goes into the inbox, and the asker is told."""
    done = _("It is a report now, in the inbox. The asker's code opens it.")
    return _decide_question(
        request, done, lambda: actions.move_question_to_inbox(pk, by=request.officer)
    )


def _decide_question(request: HttpRequest, done: str, act: object) -> HttpResponse:
    try:
        act()  # type: ignore[operator]
    except NothingWaits:
        return decided_meanwhile(request, "questions")
    except YourOwn as error:
        messages.error(request, error.sentence)
    except CannotSeal:
        messages.error(request, _("It names its writer, and this site cannot seal names yet."))
    else:
        messages.success(request, done)
    return redirect("questions")
