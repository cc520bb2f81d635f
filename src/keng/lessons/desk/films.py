"""Films on the desk: the list with how far each is, the upload, and one film to look at."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keng.files import ffmpeg
from keng.kit.list_filter import ListFilter, rows_with_words
from keng.kit.pagination import rows_of_page
from keng.kit.uploads import takes_files
from keng.lessons import film_ranges, rights
from keng.lessons.actions import film_acts
from keng.lessons.film_forms import FilmForm
from keng.lessons.films.probe import MOST_FILM_BYTES
from keng.lessons.models import Film


@require_GET
def films(request: HttpRequest) -> HttpResponse:
    """Every film, and how far the worker is with it."""
    seen = Film.objects.visible_to(request.officer).select_related("made_by").order_by("-id")
    chosen = ListFilter(request.GET)
    films, page = rows_of_page(request, rows_with_words(seen, chosen.words, "title"))
    context = {
        "films": films,
        "page": page,
        "filter": chosen,
        "is_on": ffmpeg.films_are_on(),
        "may_write": rights.unit_to_write_for(request.officer) is not None,
    }
    return render(request, "lessons/desk/films.html", context)


@takes_files(most_bytes=MOST_FILM_BYTES, most_files=1)
@require_http_methods(["GET", "POST"])
def film_new(request: HttpRequest) -> HttpResponse:
    """Upload one: larger than other files, since a phone's film is made small only here."""
    if rights.unit_to_write_for(request.officer) is None or not ffmpeg.films_are_on():
        return redirect("films")
    is_sent = request.method == "POST"
    form = FilmForm(request.POST, request.FILES) if is_sent else FilmForm()
    if is_sent and form.is_valid():
        made = film_acts.take_in_film(
            form.cleaned_data["file"].chunks(),
            title=form.cleaned_data["title"],
            captions=form.captions(),
            words=form.words(),
            by=request.officer,
        )
        messages.success(request, _("Uploaded. It is prepared now, which takes a while."))
        return redirect("film", pk=made.pk)
    return render(
        request, "lessons/desk/film_new.html", {"form": form}, status=422 if form.errors else 200
    )


@require_GET
def film(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One film: how far it is, then the film itself."""
    found = _visible_film(request, pk)
    is_part = bool(request.htmx) and not request.htmx.boosted
    name = "lessons/desk/film_state.html" if is_part else "lessons/desk/film.html"
    may_write = rights.unit_to_write_for(request.officer) is not None
    context = {"film": found, "may_discard": may_write and film_acts.is_unneeded(found)}
    return render(request, name, context)


@require_POST
def film_discard(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Throw a film away that no lesson has, or only ones that are over."""
    _visible_film(request, pk)
    try:
        film_acts.discard_film(pk, by=request.officer)
    except film_acts.FilmIsNeeded as error:
        messages.error(request, error.sentence)
        return redirect("film", pk=pk)
    messages.success(request, _("Discarded: its file and its words are gone."))
    return redirect("films")


@require_GET
def desk_film_play(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The film for the officer's player."""
    return _ready_file(request, pk, lambda film: film_ranges.film_file(request, film))


@require_GET
def desk_film_poster(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Its poster frame."""
    return _ready_file(request, pk, film_ranges.poster_file)


@require_GET
def desk_film_captions(request: HttpRequest, pk: uuid.UUID, language: str) -> HttpResponse:
    """Its captions in a language."""
    return _ready_file(request, pk, lambda film: film_ranges.captions_file(film, language))


def _ready_file(
    request: HttpRequest, pk: uuid.UUID, make: Callable[[Film], HttpResponse]
) -> HttpResponse:
    found = _visible_film(request, pk)
    return make(found) if found.state == Film.State.READY else redirect("film", pk=pk)


def _visible_film(request: HttpRequest, pk: uuid.UUID) -> Film:
    return get_object_or_404(Film.objects.visible_to(request.officer), pk=pk)
