"""Films of a member's partner: the list, the upload, and one film to look at."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keng.accounts.partner_signing import is_browser_of_member
from keng.files import ffmpeg
from keng.kit.uploads import takes_files
from keng.lessons import film_ranges
from keng.lessons.actions.film_acts import FilmIsNeeded
from keng.lessons.films.probe import MOST_FILM_BYTES
from keng.lessons.models import Film
from keng.partners import film_queries
from keng.partners.actions import films as actions
from keng.partners.errors import TooManyFilms
from keng.partners.forms import PartnerFilmForm
from keng.partners.public.deciding import see_other
from keng.partners.queries import is_only_member


@require_GET
def partner_films(request: HttpRequest) -> HttpResponse:
    """All films of the partner, and how far each is."""
    partner = request.member.partner
    context = {
        "partner": partner,
        "films": film_queries.films_of_partner(partner),
        "is_on": ffmpeg.films_are_on(),
        "is_alone": is_only_member(request.member),
    }
    return render(request, "partners/own/films.html", context)


@takes_files(most_bytes=MOST_FILM_BYTES, most_files=1, only_from=is_browser_of_member)
@require_http_methods(["GET", "HEAD", "POST"])
def partner_film_new(request: HttpRequest) -> HttpResponse:
    """Upload one, with its captions and its words to read."""
    member, is_sent = request.member, request.method == "POST"
    if not ffmpeg.films_are_on() or is_only_member(member):
        return redirect("partner-films")
    form = PartnerFilmForm(request.POST, request.FILES) if is_sent else PartnerFilmForm()
    if is_sent and form.is_valid():
        try:
            made = actions.take_in_partner_film(
                form.cleaned_data["file"].chunks(),
                title=form.cleaned_data["title"],
                captions=form.captions(),
                words=form.words(),
                by=member,
            )
        except TooManyFilms as error:
            form.add_error(None, str(error.sentence))
        else:
            return see_other("partner-film", made.pk)
    context = {"partner": member.partner, "form": form}
    status = 422 if form.errors else 200
    return render(request, "partners/own/film_new.html", context, status=status)


@require_GET
def partner_film(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """How far it is, asking again by itself; then the film, and what to do with it."""
    return _film_page(request, pk)


def _film_page(request: HttpRequest, pk: uuid.UUID, *, problem: str = "") -> HttpResponse:
    film = _own_film_or_404(request, pk)
    context = {
        "partner": request.member.partner,
        "film": film,
        "is_in_work": film.state in {Film.State.WAITING, Film.State.WORKING},
        "problem": problem,
    }
    return render(request, "partners/own/film.html", context, status=409 if problem else 200)


@require_POST
def partner_film_discard(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Throw a film away that no draft has, and no lesson that is not over."""
    try:
        actions.discard_partner_film(pk, by=request.member)
    except FilmIsNeeded as error:
        return _film_page(request, pk, problem=str(error.sentence))
    return see_other("partner-films")


@require_GET
def partner_film_play(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The film for the member's player, before anybody else can see it."""
    return film_ranges.film_file(request, _ready_film_or_404(request, pk))


@require_GET
def partner_film_poster(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Its poster frame."""
    return film_ranges.poster_file(_ready_film_or_404(request, pk))


@require_GET
def partner_film_captions(request: HttpRequest, pk: uuid.UUID, language: str) -> HttpResponse:
    """Its captions in a language."""
    return film_ranges.captions_file(_ready_film_or_404(request, pk), language)


def _own_film_or_404(request: HttpRequest, pk: uuid.UUID) -> Film:
    film = film_queries.own_film(pk, request.member)
    if film is None:
        raise Http404
    return film


def _ready_film_or_404(request: HttpRequest, pk: uuid.UUID) -> Film:
    film = _own_film_or_404(request, pk)
    if film.state != Film.State.READY:
        raise Http404
    return film
