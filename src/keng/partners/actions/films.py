"""Films of a partner: uploaded by its members, prepared by the worker, read by no officer.

A film is out once a lesson with it is, which a second member lets out (releasing).
"""

import datetime
import uuid
from collections.abc import Iterable, Mapping

from keng.accounts.models import PartnerMember
from keng.accounts.partner_role import in_partner_role
from keng.accounts.partner_signing import partner_chain
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.locks import lock, wait_for_turn
from keng.acts.work import permit_over
from keng.audit.actions import record
from keng.files import ffmpeg
from keng.kit import times
from keng.kit.advisory_locks import TurnLock
from keng.lessons.actions.film_acts import (
    FilmIsNeeded,
    FilmsAreOff,
    empty_film,
    remove_film_files,
    require_unneeded,
    write_film_file,
)
from keng.lessons.models import Edition, Film
from keng.partners import acts
from keng.partners.errors import (
    TooManyFilms,
    TooManyFilmsKept,
    TooManyFilmsToday,
    TooManyFilmsWait,
)
from keng.partners.models import Manuscript

_MOST_WAITING = 3
_MOST_A_DAY = 10
_MOST_KEPT = 30
_IN_WORK = {Film.State.WAITING, Film.State.WORKING}
_DAY = datetime.timedelta(days=1)


@act(acts.TAKE_IN_PARTNER_FILM, retry=False)
def take_in_partner_film(
    pieces: Iterable[bytes],
    *,
    title: str,
    captions: Mapping[str, str],
    words: Mapping[str, str],
    by: PartnerMember,
) -> Film:
    """Keep an uploaded file for the worker. Raises NotAllowed, FilmsAreOff, TooManyFilms."""
    permit_over(by.partner_id)
    if not ffmpeg.films_are_on():
        raise FilmsAreOff
    film = Film(
        unit_id=by.partner.invited_by_unit_id,
        partner_id=by.partner_id,
        title=title,
        captions=dict(captions),
        words=dict(words),
        made_by_member=by,
    )
    _refuse_too_many(by)
    write_film_file(film, pieces)
    try:
        # Writing takes long, and nobody else waits for that: others may have come meanwhile.
        wait_for_turn(TurnLock.PARTNER_FILMS, by.partner_id)
        _refuse_too_many(by)
    except TooManyFilms:
        remove_film_files(film)
        raise
    with in_partner_role():
        film.save(force_insert=True)
    record("partner_film.uploaded", by=by, on=film, chain=partner_chain(by.partner_id), detail={})
    return film


def _refuse_too_many(member: PartnerMember) -> None:
    present = Film.objects.of_partner(member.partner_id)
    # What was thrown away meanwhile has cost its time as well.
    uploaded = Film.objects.filter(partner_id=member.partner_id)
    # Those of lessons that everybody reads were let out by a second person. They are read before
    # the role is taken, which may read no lesson.
    lessons = Edition.objects.filter(
        lesson__collection__partner=member.partner_id, film__isnull=False, ended_at=None
    )
    in_lessons = list(lessons.values_list("film", flat=True))
    kept = present.exclude(state=Film.State.REFUSED).exclude(pk__in=in_lessons)
    with in_partner_role():
        if present.filter(state__in=_IN_WORK).count() >= _MOST_WAITING:
            raise TooManyFilmsWait
        if uploaded.filter(made_at__gt=times.now() - _DAY).count() >= _MOST_A_DAY:
            raise TooManyFilmsToday
        if kept.count() >= _MOST_KEPT:
            raise TooManyFilmsKept


@act(acts.DISCARD_PARTNER_FILM)
def discard_partner_film(pk: uuid.UUID, *, by: PartnerMember) -> None:
    """Throw away a film that no draft and no lesson but an ended one has, with its words.

    Raises NotAllowed, FilmIsNeeded.
    """
    permit_over(by.partner_id)
    with in_partner_role():
        film = lock(Film.objects.of_partner(by.partner_id)).filter(pk=pk).first()
    if film is None:
        raise NotAllowed
    require_unneeded(film)
    texts = Manuscript.objects.filter(partner=by.partner_id, ended_at=None)
    if texts.filter(content__film__id=str(pk)).exists():
        raise FilmIsNeeded
    with in_partner_role():
        empty_film(film)
    record(
        "partner_film.discarded",
        by=by,
        on=film,
        chain=partner_chain(by.partner_id),
        detail={"problem": film.problem},
    )
