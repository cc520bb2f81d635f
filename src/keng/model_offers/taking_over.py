"""Taking a model of another desk over: a draft of one's own, which a second person lets out.

A rota has no second person: its copy is hours without people, until whoever leads puts them on.
"""

import datetime
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.db.models import Exists, OuterRef, Q

from keng.accounts.models import Shift
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.locks import lock_one
from keng.acts.work import permit_anywhere, savepoint
from keng.audit.actions import record, unit_chain
from keng.duty.rota import add_shifts, kept_units
from keng.kit import times
from keng.lessons.actions.writing import open_collection, write_lesson
from keng.lessons.models import Collection
from keng.lessons.queries import public_editions
from keng.lessons.rights import unit_to_write_for
from keng.model_offers import acts
from keng.model_offers.errors import NobodyChosen, OfferIsOver, TakenOverBefore
from keng.model_offers.models import ModelCopy, ModelOffer
from keng.model_offers.rota_shape import read_shape
from keng.warnings.actions.pattern_acts import make_pattern, units_to_write_for
from keng.warnings.models import Pattern

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keng.accounts.models import Officer
    from keng.places.models import Unit

_WEEK = datetime.timedelta(days=7)


def open_offers() -> "QuerySet[ModelOffer]":
    """Not withdrawn, and what they were made of is still in force at its own desk."""
    source = {"pk": OuterRef("source_ref")}
    patterns = Pattern.objects.in_force(times.local_date(times.now())).filter(**source)
    editions = public_editions().filter(**source)
    offers: QuerySet[ModelOffer] = ModelOffer.objects.filter(
        Q(kind=ModelOffer.Kind.ROTA) | Exists(patterns) | Exists(editions), withdrawn_at=None
    )
    return offers.select_related("unit")


def desk_that_copies(kind: str, officer: "Officer") -> "Unit | None":
    """The desk for which the officer may write such a thing."""
    if kind == ModelOffer.Kind.PATTERN:
        return next(iter(units_to_write_for(officer)), None)
    if kind == ModelOffer.Kind.LESSON:
        return unit_to_write_for(officer)
    return next(iter(kept_units(officer)), None)


@act(acts.TAKE_OVER_PATTERN)
def take_over_pattern(
    offer_id: uuid.UUID,
    texts: Mapping[str, str],
    *,
    category: str,
    severity: int,
    kinds: Sequence[str],
    expires_on: datetime.date,
    by: "Officer",
) -> ModelCopy:
    """With the words as the officer left them on the form.

    Raises NotAllowed, OfferIsOver, TakenOverBefore, and what make_pattern() does.
    """
    copy = _new_copy(offer_id, ModelOffer.Kind.PATTERN, by)
    pattern = make_pattern(
        texts,
        unit_id=copy.unit_id,
        category=category,
        severity=severity,
        kinds=kinds,
        expires_on=expires_on,
        by=by,
    )
    return _save_copy(copy, pattern.pk, by)


@act(acts.TAKE_OVER_LESSON)
def take_over_lesson(offer_id: uuid.UUID, *, by: "Officer") -> ModelCopy:
    """Into the newest collection of its purpose, or one that is opened with the model's name.

    Raises NotAllowed, OfferIsOver, TakenOverBefore.
    """
    copy = _new_copy(offer_id, ModelOffer.Kind.LESSON, by)
    content = copy.offer.content
    collections = Collection.objects.visible_to(by).filter(
        unit=copy.unit_id, purpose=content["purpose"], partner=None
    )
    collection = collections.order_by("-id").first() or open_collection(
        content["collection"], purpose=content["purpose"], by=by
    )
    edition = write_lesson(content["texts"], content["right"], collection=collection, by=by)
    return _save_copy(copy, edition.pk, by)


@act(acts.TAKE_OVER_ROTA)
def take_over_rota(offer_id: uuid.UUID, *, by: "Officer") -> ModelCopy:
    """Hours without people; nobody is on duty by it. Raises NotAllowed, OfferIsOver,
    TakenOverBefore.
    """
    return _save_copy(_new_copy(offer_id, ModelOffer.Kind.ROTA, by), None, by)


def _new_copy(offer_id: uuid.UUID, kind: str, by: "Officer") -> ModelCopy:
    permit_anywhere()
    unit = desk_that_copies(kind, by)
    if unit is None:
        raise NotAllowed
    offer = open_offers().filter(pk=offer_id, kind=kind).exclude(unit=unit).first()
    if offer is None:
        raise OfferIsOver
    if offer.copies.filter(unit=unit).exists():
        raise TakenOverBefore
    return ModelCopy(offer=offer, unit=unit, taken_by=by)


def _save_copy(copy: ModelCopy, copy_ref: uuid.UUID | None, by: "Officer") -> ModelCopy:
    copy.copy_ref = copy_ref
    try:
        with savepoint():
            copy.save(force_insert=True)
    except IntegrityError as error:
        # A second tap meanwhile: what this one wrote goes with it.
        raise TakenOverBefore from error
    record(
        "model.taken_over",
        by=by,
        on=copy,
        chain=unit_chain(copy.unit_id),
        detail={"kind": copy.offer.kind, "offer": str(copy.offer_id)},
    )
    return copy


@act(acts.FILL_COPIED_ROTA)
def fill_copied_rota(
    copy_id: uuid.UUID,
    officers: Mapping[int, Sequence[uuid.UUID]],
    *,
    first_day: datetime.date,
    weeks: int,
    by: "Officer",
) -> list[Shift]:
    """Put officers on the shifts of a copied rota, by the number of its line.

    Who stands there already is not put there twice. Raises NotAllowed, NobodyChosen, NotOnThisRota.
    """
    rotas = ModelCopy.objects.visible_to(by).filter(offer__kind=ModelOffer.Kind.ROTA)
    copy = lock_one(rotas, copy_id)
    if not any(officers.values()):
        raise NobodyChosen
    shifts: list[Shift] = []
    for number, line in enumerate(read_shape(copy.offer.content)):
        for officer_id in dict.fromkeys(officers.get(number, ())):
            for week in range(weeks):
                starts_at = line.begin_in_week(first_day) + week * _WEEK
                span: Any = {"starts_at": starts_at, "ends_at": starts_at + line.length}
                if not _stands_on_rota(copy.unit_id, officer_id, **span):
                    shifts += add_shifts(copy.unit_id, officer_id, **span, by=by)
    copy.filled_at = times.now()
    copy.save(update_fields=["filled_at"])
    return shifts


def _stands_on_rota(
    unit_id: uuid.UUID,
    officer_id: uuid.UUID,
    *,
    starts_at: datetime.datetime,
    ends_at: datetime.datetime,
) -> bool:
    """With exactly these hours: the form was sent twice, or for more weeks than before."""
    shifts = Shift.objects.filter(unit=unit_id, officer=officer_id, removed_at=None)
    return shifts.filter(starts_at=starts_at, ends_at=ends_at).exists()
