"""Taking a model of another desk over: a draft of one's own, which a second person lets out.

A rota has no second person: its copy is hours without people, until whoever leads puts them on.
"""

import datetime
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError

from keng.accounts.models import Shift
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.locks import lock_one
from keng.acts.work import permit_over, savepoint
from keng.audit.actions import record, unit_chain
from keng.duty.rota import add_shifts
from keng.kit import times
from keng.lessons.actions.writing import open_collection, write_lesson
from keng.lessons.models import Collection
from keng.model_offers import acts
from keng.model_offers.errors import NobodyChosen, OfferIsOver, TakenOverBefore
from keng.model_offers.models import ModelCopy, ModelOffer
from keng.model_offers.offer_lists import desks_that_copy, open_offers
from keng.model_offers.rota_shape import read_shape
from keng.warnings.actions.pattern_acts import make_pattern

if TYPE_CHECKING:
    from keng.accounts.models import Officer

_WEEK = datetime.timedelta(days=7)


@act(acts.TAKE_OVER_PATTERN)
def take_over_pattern(
    offer_id: uuid.UUID,
    texts: Mapping[str, str],
    *,
    category: str,
    severity: int,
    kinds: Sequence[str],
    expires_on: datetime.date,
    unit_id: uuid.UUID,
    by: "Officer",
) -> ModelCopy:
    """With the words as the officer left them on the form.

    Raises NotAllowed, OfferIsOver, TakenOverBefore, and what make_pattern() does.
    """
    copy = _new_copy(offer_id, ModelOffer.Kind.PATTERN, unit_id, by)
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
def take_over_lesson(
    offer_id: uuid.UUID,
    texts: Mapping[str, Any],
    right: Sequence[int],
    *,
    collection: Collection | None,
    unit_id: uuid.UUID,
    by: "Officer",
) -> ModelCopy:
    """With the words as the officer left them on the form.

    Without a collection one is opened as the model has it. Raises NotAllowed, OfferIsOver,
    TakenOverBefore.
    """
    copy = _new_copy(offer_id, ModelOffer.Kind.LESSON, unit_id, by)
    content = copy.offer.content
    edition = write_lesson(
        texts,
        right,
        collection=collection
        or open_collection(content["collection"], purpose=content["purpose"], by=by),
        by=by,
    )
    return _save_copy(copy, edition.pk, by)


@act(acts.TAKE_OVER_ROTA)
def take_over_rota(offer_id: uuid.UUID, *, unit_id: uuid.UUID, by: "Officer") -> ModelCopy:
    """Hours without people; nobody is on duty by it. Raises NotAllowed, OfferIsOver,
    TakenOverBefore.
    """
    return _save_copy(_new_copy(offer_id, ModelOffer.Kind.ROTA, unit_id, by), None, by)


def _new_copy(offer_id: uuid.UUID, kind: str, unit_id: uuid.UUID, by: "Officer") -> ModelCopy:
    permit_over(unit_id)
    unit = next((one for one in desks_that_copy(kind, by) if one.pk == unit_id), None)
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
    # With exactly these hours: the form was sent twice, or for more weeks than before.
    on_rota = Shift.objects.filter(
        unit=copy.unit_id, removed_at=None, starts_at__gte=times.now() - _WEEK
    )
    standing = set(on_rota.values_list("officer_id", "starts_at", "ends_at"))
    for number, line in enumerate(read_shape(copy.offer.content)):
        for officer_id in dict.fromkeys(officers.get(number, ())):
            for week in range(weeks):
                starts_at = line.begin_in_week(first_day) + week * _WEEK
                ends_at = starts_at + line.length
                if (officer_id, starts_at, ends_at) not in standing:
                    shifts += add_shifts(
                        copy.unit_id, officer_id, starts_at=starts_at, ends_at=ends_at, by=by
                    )
    copy.filled_at = times.now()
    copy.save(update_fields=["filled_at"])
    return shifts
