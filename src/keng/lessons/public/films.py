"""Films of published lessons: the film, its poster frame, its captions."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from keng.lessons import serving
from keng.lessons.models import Film
from keng.lessons.queries import public_editions


@require_safe
def film(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The film, in stretches."""
    return serving.film_file(request, _public(pk))


@require_safe
def poster(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What stands there before it plays."""
    return serving.poster_file(_public(pk))


@require_safe
def captions(request: HttpRequest, pk: uuid.UUID, language: str) -> HttpResponse:
    """WebVTT of a language."""
    return serving.captions_file(_public(pk), language)


def _public(pk: uuid.UUID) -> Film:
    edition = public_editions().filter(film=pk, film__state="ready").first()
    if edition is None or edition.film is None:
        raise Http404
    return edition.film
