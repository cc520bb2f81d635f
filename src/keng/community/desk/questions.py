"""Questions to the desk: the list with its reply times, one question, and what becomes of it."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keng.accounts.presence import is_present
from keng.accounts.releasing import may_release_for
from keng.accounts.vouching import tied_to
from keng.accounts.who import RELEASING
from keng.acts.errors import ChangedMeanwhile
from keng.claims.actions.errors import YourOwn
from keng.community.actions import questions as actions
from keng.community.actions.errors import AlreadyDecided
from keng.community.forms import AnswerQuestionForm, LetOutAnswerForm
from keng.community.models import Question
from keng.community.number_checks import check_answer_numbers
from keng.community.redact_questions import redact_question
from keng.releases.hands import hand_refusal, name_hands
from keng.tips.errors import CannotSeal
from keng.warnings.actions.errors import NumbersUnchecked
from keng.warnings.forms import note_unticked


@require_GET
def questions(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first; what was decided lately, with how long it took."""
    seen = Question.objects.visible_to(request.officer).select_related("place", "unit")
    waiting = list(seen.waiting().order_by("asked_at")[:100])
    decided = seen.exclude(state=Question.State.WAITING).select_related("decided_by")
    context = {"waiting": waiting, "decided": decided.order_by("-decided_at")[:50]}
    return render(request, "community/desk/questions.html", context)


@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One question: what a machine would cover in it, and the answer."""
    seen = Question.objects.visible_to(request.officer).select_related("place", "unit")
    found = get_object_or_404(seen, pk=pk)
    is_public = found.wish == Question.Wish.PUBLIC
    posted = request.POST if request.method == "POST" else None
    form = _answer_form(found, posted)
    if posted is not None and form.is_valid():
        done = _("Answered. The words as they were asked are destroyed.")
        if is_public:
            done = _("Handed in: a second person lets it out.")
        return _decide_question(
            request,
            done,
            lambda: actions.answer_question(pk, by=request.officer, **form.cleaned_data),
        )
    return _question_page(request, found, form=form)


@require_POST
def question_let_out(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A second person lets everybody read exactly these words."""
    seen = Question.objects.visible_to(request.officer).select_related("place", "unit")
    found = get_object_or_404(seen, pk=pk)
    if found.handed_in_at is None:
        messages.warning(request, AlreadyDecided.sentence)
        return redirect("questions")
    if why := _why_not_let_out(request, found):
        messages.error(request, why)
        return redirect("question", pk=pk)
    form = LetOutAnswerForm(request.POST)
    if not form.is_valid():
        return _question_page(request, found, let_out_form=form)
    given = form.cleaned_data
    # What is stale is said before the code is used up: the same code does not work twice.
    if given["seen"] != actions.answer_digest(found):
        return _question_page(request, found, stale=True)
    digest = check_answer_numbers(found, by=request.officer).digest
    if digest and digest != given["numbers"]:
        note_unticked(form)
        return _question_page(request, found, let_out_form=form)
    if not is_present(request.officer, form):
        return _question_page(request, found, let_out_form=form)
    try:
        return _decide_question(
            request,
            _("Answered. The words as they were asked are destroyed."),
            lambda: actions.let_out_answer(
                pk, seen=given["seen"], numbers=given["numbers"], by=request.officer
            ),
        )
    except (ChangedMeanwhile, NumbersUnchecked):
        found.refresh_from_db()
        return _question_page(request, found, stale=True)


def _answer_form(found: Question, posted: Any) -> AnswerQuestionForm:
    masked = redact_question(found.text)
    initial = {"shown": found.shown_text or masked.text, "words": found.answer}
    form = AnswerQuestionForm(posted, initial=initial)
    form.fit(is_public=found.wish == Question.Wish.PUBLIC, is_covered=bool(masked.covered))
    return form


def _why_not_let_out(request: HttpRequest, found: Question) -> str:
    """Why this officer does not let the answer out that waits; empty if they may."""
    if found.has_hand_of(request.officer):
        return hand_refusal(RELEASING, found.unit, found.all_hands)
    if not may_release_for(request.officer, found.unit):
        return _("This is for somebody else to decide.")
    return ""


def _question_page(
    request: HttpRequest,
    found: Question,
    *,
    form: AnswerQuestionForm | None = None,
    let_out_form: LetOutAnswerForm | None = None,
    stale: bool = False,
) -> HttpResponse:
    is_own = found.objected_at is not None and found.decided_by_id in tied_to(request.officer)
    waits = found.state == Question.State.WAITING and found.handed_in_at is not None
    form = form or _answer_form(found, None)
    let_out_form = let_out_form or LetOutAnswerForm()
    context = {
        "question": found,
        "form": form,
        "covered": redact_question(found.text).covered,
        "may_decide": not is_own,
        "is_own": is_own,
        "waits": waits,
        "let_out_form": let_out_form,
        "stale": stale,
    }
    if waits:
        name_hands([found])
        context |= {
            "seen": actions.answer_digest(found),
            "numbers": check_answer_numbers(found, by=request.officer),
            "refusal": _why_not_let_out(request, found),
        }
    is_wrong = any(one.is_bound and one.errors for one in (form, let_out_form))
    status = 409 if stale else 422 if is_wrong else 200
    return render(request, "community/desk/question.html", context, status=status)


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
    except AlreadyDecided as error:
        messages.warning(request, error.sentence)
    except YourOwn:
        messages.error(request, _("Your decision was objected to: another officer decides now."))
    except CannotSeal:
        messages.error(request, _("It names its writer, and this site cannot seal names yet."))
    else:
        messages.success(request, done)
    return redirect("questions")
