"""Questions to the desk: the list with its reply times, one question, and what becomes of it."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keng.claims.actions.errors import YourOwn
from keng.community.actions import questions as actions
from keng.community.covering import for_the_public
from keng.community.forms import AnswerForm
from keng.community.models import Question
from keng.community.rights import NotYours, speaks
from keng.tips.errors import CannotSeal


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
    is_own = found.objected_at is not None and found.decided_by_id == request.officer.pk
    masked = for_the_public(found.text)
    posted = request.POST if request.method == "POST" else None
    form = AnswerForm(posted, initial={"shown": masked.text})
    form.fit(is_public=found.wish == "public", is_covered=bool(masked.covered))
    if posted is not None and form.is_valid():
        return _decide(
            request, _("Answered. The words as they were asked are destroyed."),
            lambda: actions.answer(pk, by=request.officer, **form.cleaned_data),
        )  # fmt: skip
    context = {
        "question": found, "form": form, "covered": masked.covered,
        "may_decide": speaks(request.officer) and not is_own, "is_own": is_own,
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "community/desk/question.html", context, status=status)


@require_POST
def opinion(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """No matter of this site: the asker reads the fixed, polite answer."""
    done = _("The asker reads the fixed answer. The words are gone from the desk.")
    return _decide(request, done, lambda: actions.decline_as_opinion(pk, by=request.officer))


@require_POST
def move(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """It is really a report: it goes into the inbox, and the asker is told."""
    done = _("It is a report now, in the inbox. The asker's code opens it.")
    return _decide(request, done, lambda: actions.move_to_reports(pk, by=request.officer))


def _decide(request: HttpRequest, done: str, act: object) -> HttpResponse:
    try:
        act()  # type: ignore[operator]
    except NotYours as error:
        raise Http404 from error
    except actions.AlreadyDecided:
        messages.warning(request, _("Somebody decided this question meanwhile."))
    except YourOwn:
        messages.error(request, _("Your decision was objected to: another officer decides now."))
    except CannotSeal:
        messages.error(request, _("It names its writer, and this site cannot seal names yet."))
    else:
        messages.success(request, done)
    return redirect("questions")
