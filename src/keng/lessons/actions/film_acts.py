"""Films: taken in from an officer, prepared by the worker, never inside a request."""

import datetime
import hashlib
import os
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from keng.accounts.partner_signing import partner_chain
from keng.acts.act import act
from keng.acts.errors import Refused
from keng.acts.locks import lock_available, lock_one
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.files import ffmpeg
from keng.kit import times
from keng.kit.compiled_queries import CompiledQuery
from keng.kit.database import data_folder
from keng.kit.ids import read_id
from keng.kit.private_files import create_private
from keng.lessons import acts, rights
from keng.lessons.films import transcoding
from keng.lessons.films.probe import FilmRefused, probe_film
from keng.lessons.models import Film

if TYPE_CHECKING:
    from keng.accounts.models import Officer

_LEASE = datetime.timedelta(seconds=transcoding.TRANSCODED_WITHIN + 120)
_TRIES = 3
_STEP = 5


class FilmsAreOff(Refused):
    """No ffmpeg is configured here."""

    sentence = _("Not done: films cannot be prepared here.")


class FilmIsNeeded(Refused):
    """A lesson that is not over has the film, or it is still being prepared."""

    sentence = _(
        "Not discarded: a lesson has this film, or it is still being prepared. Take it out of the "
        "lesson first."
    )


@act(acts.TAKE_IN_FILM, retry=False)
def take_in_film(
    pieces: Iterable[bytes],
    *,
    title: str,
    captions: Mapping[str, str],
    words: Mapping[str, str],
    by: "Officer",
) -> Film:
    """Keep an uploaded file for the worker. Raises NotAllowed, FilmsAreOff."""
    unit = rights.permitted_unit(by)
    if not ffmpeg.films_are_on():
        raise FilmsAreOff
    film = Film(unit=unit, title=title, captions=dict(captions), words=dict(words), made_by=by)
    write_film_file(film, pieces)
    film.save()
    record("film.uploaded", by=by, on=film, chain=unit_chain(unit.pk), detail={})
    return film


@act(acts.DISCARD_FILM)
def discard_film(key: uuid.UUID, *, by: "Officer") -> None:
    """Throw away a film that no lesson needs, with its words. Raises NotAllowed, FilmIsNeeded."""
    film = lock_one(Film.objects.visible_to(by), key)
    require_unneeded(film)
    empty_film(film)
    record(
        "film.discarded",
        by=by,
        on=film,
        chain=unit_chain(film.unit_id),
        detail={"problem": film.problem},
    )


def require_unneeded(film: Film) -> None:
    """Raises FilmIsNeeded for one that is not to be thrown away."""
    if not is_unneeded(film):
        raise FilmIsNeeded


def is_unneeded(film: Film) -> bool:
    """Whether it is prepared or refused, and no lesson has it that is not over."""
    is_done = film.state in {Film.State.REFUSED, Film.State.READY}
    return is_done and not film.editions.filter(ended_at=None).exists()


def empty_film(film: Film) -> None:
    """Destroy its words and, once that is certain, its files; the row stays for the record."""
    film.state, film.title, film.captions, film.words = Film.State.DISCARDED, "", {}, {}
    film.save(update_fields=["state", "title", "captions", "words"])
    transaction.on_commit(lambda: remove_film_files(film))


def prepare_next_film() -> int:
    """Prepare one film that waits; what the worker does. Returns how many were done."""
    film = _lease_film() if _ANY_FILM.fetch_rows() else None
    if film is None:
        return 0
    source = data_folder() / film.incoming_path
    try:
        made = _transcode_film(film, source)
    except FilmRefused as refused:
        _finish_film(film, state=Film.State.REFUSED, problem=refused.problem)
        remove_film_files(film)
    else:
        _finish_film(
            film,
            state=Film.State.READY,
            percent=100,
            seconds=made.seconds,
            size=made.size,
            width=made.width,
            height=made.height,
            sha256=hashlib.sha256((data_folder() / film.path).read_bytes()).digest(),
        )
    source.unlink(missing_ok=True)
    return 1


# Asked every few seconds, also while nobody uploads.
_ANY_FILM = CompiledQuery(
    lambda: Film.objects.filter(state__in=[Film.State.WAITING, Film.State.WORKING]).values_list(
        "pk"
    )[:1]
)


@work()
def _lease_film() -> Film | None:
    """The next that waits, or that a killed worker left; after three tries it is given up."""
    now = times.now()
    to_do = Q(state=Film.State.WAITING) | Q(state=Film.State.WORKING, leased_until__lt=now)
    # Partners and desks take turns: whoever uploaded fewer before it in the last day comes first.
    in_turn = Film.objects.filter(to_do).order_by(_uploaded_before(now), "id")
    film = lock_available(in_turn).first()
    if film is None:
        return None
    film.state, film.leased_until, film.percent = Film.State.WORKING, now + _LEASE, 0
    film.attempts += 1
    film.save(update_fields=["state", "leased_until", "percent", "attempts"])
    return film


def _uploaded_before(now: datetime.datetime) -> Coalesce:
    """How many its partner or desk uploaded before it within a day, whatever became of them."""
    owner = Coalesce("partner_id", "unit_id")
    before = (
        Film.objects.annotate(owner=owner)
        .filter(
            owner=Coalesce(OuterRef("partner_id"), OuterRef("unit_id")),
            id__lt=OuterRef("id"),
            made_at__gt=now - datetime.timedelta(days=1),
        )
        .order_by()
        .values("owner")
        .annotate(count=Count("id"))
        .values("count")
    )
    return Coalesce(Subquery(before), 0)


def _transcode_film(film: Film, source: Path) -> transcoding.TranscodedFilm:
    if not source.exists():
        raise FilmRefused("lost")
    if film.attempts > _TRIES:
        raise FilmRefused("broken")
    if not ffmpeg.films_are_on():
        raise FilmRefused("too_slow")
    shown = 0

    def progress(percent: int) -> None:
        nonlocal shown
        if percent >= shown + _STEP:
            shown = percent
            Film.objects.filter(pk=film.pk).update(percent=percent)

    target, poster = data_folder() / film.path, data_folder() / film.poster_path
    return transcoding.transcode_film(source, target, poster, probe_film(source), progress)


@work()
def _finish_film(film: Film, **values: object) -> None:
    for name, value in values.items():
        setattr(film, name, value)
    film.leased_until = None
    film.save(update_fields=[*values, "leased_until"])
    record(
        "film.prepared" if film.state == Film.State.READY else "film.refused",
        by="worker",
        on=film,
        chain=partner_chain(film.partner_id) if film.partner_id else unit_chain(film.unit_id),
        detail={"problem": film.problem} if film.problem else {"sha256": film.sha256.hex()},
    )


def remove_film_files(film: Film) -> None:
    """Whatever is left of it on disk."""
    for path in (film.path, film.poster_path, film.incoming_path):
        (data_folder() / path).unlink(missing_ok=True)


def sweep_films() -> int:
    """Remove what no row needs: of an upload that broke off, or of a film that was discarded."""
    folder = data_folder() / "films" / "incoming"
    old = times.now().timestamp() - datetime.timedelta(hours=6).total_seconds()
    gone = 0
    for file in folder.glob("*"):
        kept = Film.objects.exclude(state=Film.State.DISCARDED)
        known = read_id(file.name) and kept.filter(pk=file.name).exists()
        if not known and file.stat().st_mtime < old:
            file.unlink(missing_ok=True)
            gone += 1
    return gone


def write_film_file(film: Film, pieces: Iterable[bytes]) -> None:
    """What was uploaded, on disk before the row that names it commits."""
    with os.fdopen(create_private(data_folder() / film.incoming_path), "wb") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
