"""Lessons on the desk: the list, a collection, writing, and the second person's look."""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models.fields.json import KT
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from keng.acts.errors import NotAllowed
from keng.kit.list_filter import ListFilter, rows_with_words
from keng.kit.pagination import rows_of_page
from keng.lessons import queries, rights
from keng.lessons.actions import writing
from keng.lessons.desk.deciding import decide_text, decision_context
from keng.lessons.errors import NextEditionWritten
from keng.lessons.forms import CollectionForm
from keng.lessons.lesson_form import LessonForm, initial_of_edition
from keng.lessons.models import Collection, Edition, Film


@require_GET
def desk_lessons(request: HttpRequest) -> HttpResponse:
    """What waits for a second person, what is public, and the collections."""
    lists = queries.lesson_desk_lists(request.officer)
    chosen = ListFilter(request.GET)
    title = KT("texts__vi__title")
    waiting, waiting_page = rows_of_page(request, lists.waiting, "waiting")
    public, page = rows_of_page(request, rows_with_words(lists.public, chosen.words, title))
    queries.note_finished(public)
    opened = rows_with_words(lists.collections, chosen.words, title)
    collections, collections_page = rows_of_page(request, opened, "collections")
    context = {
        "waiting": waiting,
        "waiting_page": waiting_page,
        "filter": chosen,
        "public": public,
        "page": page,
        "collections": collections,
        "collections_page": collections_page,
        "may_write": rights.unit_to_write_for(request.officer) is not None,
    }
    return render(request, "lessons/desk/list.html", context)


@require_http_methods(["GET", "POST"])
def collection_new(request: HttpRequest) -> HttpResponse:
    """Under the desk's own name: partners open theirs themselves."""
    if rights.unit_to_write_for(request.officer) is None:
        return redirect("desk-lessons")
    form = CollectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = writing.open_collection(form.texts(), purpose=given["purpose"], by=request.officer)
        messages.success(request, _("Opened. The public sees it with its first lesson."))
        return redirect("lesson-new", pk=made.pk)
    status = 422 if form.errors else 200
    return render(request, "lessons/desk/collection.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
def lesson_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Write a lesson of a collection; somebody else publishes it."""
    visible = Collection.objects.visible_to(request.officer).select_related("partner", "unit")
    collection = get_object_or_404(visible, pk=pk)
    return _writing_page(request, collection, None)


@require_http_methods(["GET", "POST"])
def lesson_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Write the next edition of a lesson."""
    edition = _visible_edition(request, pk)
    return _writing_page(request, edition.lesson.collection, edition)


def _writing_page(
    request: HttpRequest, collection: Collection, before: Edition | None
) -> HttpResponse:
    if rights.unit_to_write_for(request.officer) is None:
        return redirect("desk-lessons")
    initial: dict[str, Any] | None = None
    if before is not None:
        initial = {**initial_of_edition(before.texts, before.right), "film": before.film_id}
    form = LessonForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        films=Film.objects.visible_to(request.officer)
        .filter(state=Film.State.READY)
        .order_by("-id"),
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = _save_posted(form, collection, before, request)
        except NotAllowed:
            messages.error(request, _("This is not yours to write."))
            return redirect("desk-lessons")
        except NextEditionWritten as error:
            messages.error(request, error.sentence)
            return redirect("desk-lessons")
        messages.success(request, _("Written: a second person publishes it."))
        return redirect("desk-lesson", pk=made.pk)
    context = {"form": form, "collection": collection, "before": before}
    return render(request, "lessons/desk/write.html", context, status=422 if form.errors else 200)


def _save_posted(
    form: LessonForm, collection: Collection, before: Edition | None, request: HttpRequest
) -> Edition:
    chosen: Any = {"film": form.cleaned_data["film"], "by": request.officer}
    if before is not None:
        return writing.rewrite_lesson(form.texts(), form.right(), lesson=before.lesson, **chosen)
    return writing.write_lesson(form.texts(), form.right(), collection=collection, **chosen)


@require_http_methods(["GET", "POST"])
def desk_lesson(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One edition: read, published by a second person, or taken away."""
    edition = _visible_edition(request, pk)
    whose = edition.lesson.collection
    panel = decide_text(request, edition)
    if isinstance(panel, HttpResponse):
        return panel
    counts = queries.finished_counts([edition.lesson_id]).get(edition.lesson_id, (0, 0))
    context = decision_context(request, panel) | {
        "edition": edition,
        "collection": whose,
        "counts": counts,
        "editions": edition.lesson.editions.order_by("-number"),
        "may_write": rights.unit_to_write_for(request.officer) is not None,
    }
    return render(request, "lessons/desk/lesson.html", context, status=panel.status)


def _visible_edition(request: HttpRequest, pk: uuid.UUID) -> Edition:
    found = Edition.objects.visible_to(request.officer).select_related(
        "lesson__collection__partner",
        "lesson__collection__unit",
        "unit",
        "made_by",
        "released_by",
        "film",
    )
    return get_object_or_404(found, pk=pk)
