"""The warning corner: collections, lessons, answers that explain themselves, a class's paper."""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keng.kit import times
from keng.kit.languages import language_among
from keng.kit.numbers import whole_number
from keng.kit.rate_limits import ask_to_wait
from keng.lessons import pledge_queries, queries
from keng.lessons.actions.finish_count import count_finished
from keng.lessons.forms import FinishedClassForm, QuizAnswerForm
from keng.lessons.models import Collection, Edition
from keng.limits.shared import SharedLimit

# A school has one network: a few classes finish at once, and its teachers print their papers.
finish_limit = SharedLimit("lesson finished", at_once=150, pause=30.0)
certificate_limit = SharedLimit("lesson paper", at_once=20, pause=120.0)


@require_safe
def lessons(request: HttpRequest) -> HttpResponse:
    """Every collection with its lessons."""
    context = {
        "shelves": queries.public_collections(),
        "campaigns": pledge_queries.public_campaigns()[:6],
    }
    return render(request, "lessons/corner.html", context)


@require_safe
def collection(request: HttpRequest, slug: str) -> HttpResponse:
    """The lessons of one body about one thing."""
    found = Collection.objects.filter(slug=slug).select_related("partner", "unit").first()
    editions = list(queries.public_editions().filter(lesson__collection=found)) if found else []
    if not editions:
        raise Http404
    return render(request, "lessons/collection.html", {"collection": found, "editions": editions})


@require_safe
def lesson(request: HttpRequest, slug: str) -> HttpResponse:
    """What to know, and the first question; the further ones stand on their own."""
    edition = _edition_or_404(slug)
    at = _question_number(request.GET.get("q", "1"), edition)
    form = QuizAnswerForm(question=_quiz(edition)[at - 1])
    return render(request, "lessons/lesson.html", _lesson_context(edition, at) | {"form": form})


@require_POST
def lesson_answer(request: HttpRequest, slug: str) -> HttpResponse:
    """What was chosen, the right answer, and why. Nothing of it is kept."""
    edition = _edition_or_404(slug)
    at = _question_number(request.POST.get("q", "1"), edition)
    question = _quiz(edition)[at - 1]
    form = QuizAnswerForm(request.POST, question=question)
    context = _lesson_context(edition, at) | {"form": form}
    if not form.is_valid():
        return render(request, "lessons/lesson.html", context, status=422)
    chosen = int(form.cleaned_data["choice"])
    right = edition.right[at - 1]
    context |= {
        "question": question,
        "is_right": chosen == right,
        "chosen": question["options"][chosen],
        "right": question["options"][right],
    }
    return render(request, "lessons/answer.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def lesson_done(request: HttpRequest, slug: str) -> HttpResponse:
    """Finished: one more is counted, and what else there is to learn.

    What one network sends beyond a school's pace is thanked and not counted.
    """
    edition = _edition_or_404(slug)
    if request.method == "POST":
        if not finish_limit.seconds_to_wait(request):
            count_finished(edition.lesson)
        response = redirect("lesson-done", slug=slug)
        response.status_code = 303
        return response
    context = _lesson_context(edition, 1) | {
        "others": queries.other_editions_of(edition),
        "form": FinishedClassForm(),
        "puzzle": certificate_limit.puzzle(request),
    }
    return render(request, "lessons/done.html", context)


@require_POST
def lesson_class(request: HttpRequest, slug: str) -> HttpResponse:
    """A paper for a class, with a number and without names; printed and not kept."""
    edition = _edition_or_404(slug)
    form = FinishedClassForm(request.POST)
    context = _lesson_context(edition, 1) | {"form": form}
    wait = certificate_limit.seconds_to_wait(request) if form.is_valid() else 0
    if wait:
        words = _("Many papers were made from your network. Try again later.")
        form.add_error("school_class", words)
    if form.errors:
        context["puzzle"] = certificate_limit.puzzle(request)
        context["others"] = queries.other_editions_of(edition)
        return ask_to_wait(render(request, "lessons/done.html", context, status=422), wait)
    count_finished(edition.lesson, pupils=form.cleaned_data["pupils"])
    context |= {"given": form.cleaned_data, "today": times.local_date(times.now())}
    return render(request, "lessons/certificate.html", context)


def _edition_or_404(slug: str) -> Edition:
    found = queries.public_edition(slug)
    if found is None:
        raise Http404
    return found


def _text_for_reader(edition: Edition) -> dict[str, Any]:
    found: dict[str, Any] = edition.texts[language_among(edition.texts)]
    return found


def _quiz(edition: Edition) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _text_for_reader(edition)["quiz"]
    return found


def _question_number(said: str, edition: Edition) -> int:
    """Which question, from 1; anything else is the first."""
    return whole_number(said, least=1, most=len(_quiz(edition))) or 1


def _lesson_context(edition: Edition, at: int) -> dict[str, Any]:
    total = len(_quiz(edition))
    return {
        "edition": edition,
        "lesson": edition.lesson,
        "collection": edition.lesson.collection,
        "text": _text_for_reader(edition),
        "spoken": language_among(edition.texts),
        "at": at,
        "total": total,
        "next": at + 1 if at < total else 0,
        # A lesson that sends children to 111 may be read by one who is threatened.
        "names_child_line": "111" in json.dumps(edition.texts["vi"], ensure_ascii=False),
    }
