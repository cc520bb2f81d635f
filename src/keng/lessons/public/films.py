"""Films of published lessons: the film, its poster frame, its captions."""

import uuid
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from keng.lessons import film_ranges
from keng.lessons.models import Film
from keng.lessons.queries import public_editions


@require_safe
def film_play(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The film, in stretches."""
    return _with_short_cache(film_ranges.film_file(request, _film_or_404(pk)))


@require_safe
def film_poster(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What stands there before it plays."""
    return _with_short_cache(film_ranges.poster_file(_film_or_404(pk)))


@require_safe
def film_captions(request: HttpRequest, pk: uuid.UUID, language: str) -> HttpResponse:
    """WebVTT of a language."""
    return _with_short_cache(film_ranges.captions_file(_film_or_404(pk), language))


def _with_short_cache(answer: HttpResponse) -> HttpResponse:
    """By every cache on the way: a taken-away film is gone from them soon after."""
    if answer.status_code != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        answer.headers["Cache-Control"] = "public, max-age=300"
    return answer


def _film_or_404(pk: uuid.UUID) -> Film:
    edition = public_editions().filter(film=pk, film__state=Film.State.READY).first()
    if edition is None or edition.film is None:
        raise Http404
    return edition.film
