"""Offering something of one's own desk to the others, and withdrawing it.

Only what two people let out is offered, as it stands; a rota travels without its people and gaps.
"""

import uuid
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError

from keng.acts.act import act
from keng.acts.errors import AlreadyDone, NotAllowed
from keng.acts.locks import lock_one
from keng.acts.work import permit_over, savepoint
from keng.audit.actions import record, unit_chain
from keng.duty.rota import kept_units
from keng.kit import times
from keng.lessons.models import Edition
from keng.lessons.queries import public_editions
from keng.model_offers import acts
from keng.model_offers.errors import NoShiftToOffer
from keng.model_offers.models import ModelOffer
from keng.model_offers.rota_shape import shape_of_rota
from keng.warnings.models import Pattern

if TYPE_CHECKING:
    from keng.accounts.models import Officer


@act(acts.OFFER_PATTERN)
def offer_pattern(pattern_id: uuid.UUID, *, by: "Officer") -> ModelOffer:
    """A pattern in force. Raises NotAllowed, AlreadyDone."""
    in_force = Pattern.objects.visible_to(by).in_force(times.local_date(times.now()))
    pattern = in_force.filter(pk=pattern_id).first()
    if pattern is None:
        raise NotAllowed
    permit_over(pattern.unit_id)
    content = {
        "texts": pattern.texts,
        "category": pattern.category,
        "severity": pattern.severity,
        "kinds": pattern.kinds,
    }
    return _save_offer(ModelOffer.Kind.PATTERN, pattern.unit_id, pattern.pk, content, by)


@act(acts.OFFER_LESSON)
def offer_lesson(edition_id: uuid.UUID, *, by: "Officer") -> ModelOffer:
    """What the public reads of a lesson now; its film stays where it is.

    Raises NotAllowed, AlreadyDone.
    """
    own = Edition.objects.visible_to(by).filter(pk=edition_id)
    edition = public_editions().filter(pk__in=own.values("pk")).first()
    if edition is None:
        raise NotAllowed
    permit_over(edition.unit_id)
    collection = edition.lesson.collection
    content = {
        "texts": edition.texts,
        "right": edition.right,
        "purpose": collection.purpose,
        "collection": collection.texts,
    }
    return _save_offer(ModelOffer.Kind.LESSON, edition.unit_id, edition.pk, content, by)


@act(acts.OFFER_ROTA)
def offer_rota(unit_id: uuid.UUID, *, by: "Officer") -> ModelOffer:
    """The shifts of a desk's rota, without its people and what a week lacks.

    Raises NotAllowed, NoShiftToOffer, HoursWithNobody, AlreadyDone.
    """
    permit_over(unit_id)
    if unit_id not in {unit.pk for unit in kept_units(by)}:
        raise NotAllowed
    shifts = shape_of_rota(unit_id)
    if not shifts:
        raise NoShiftToOffer
    return _save_offer(ModelOffer.Kind.ROTA, unit_id, unit_id, {"shifts": shifts}, by)


def _save_offer(
    kind: ModelOffer.Kind,
    unit_id: uuid.UUID,
    source_ref: uuid.UUID,
    content: dict[str, Any],
    by: "Officer",
) -> ModelOffer:
    offer = ModelOffer(
        unit_id=unit_id, kind=kind, source_ref=source_ref, content=content, offered_by=by
    )
    try:
        with savepoint():
            offer.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyDone from error
    record("model.offered", by=by, on=offer, chain=unit_chain(unit_id), detail={"kind": kind})
    return offer


@act(acts.WITHDRAW_OFFER)
def withdraw_offer(offer_id: uuid.UUID, *, by: "Officer") -> ModelOffer:
    """Nobody finds it any more; what others took over is theirs. Raises NotAllowed."""
    own = ModelOffer.objects.filter(unit__in=by.unit_ids)
    offer = lock_one(own, offer_id)
    if offer.withdrawn_at is None:
        offer.withdrawn_at = times.now()
        offer.save(update_fields=["withdrawn_at"])
        record(
            "model.withdrawn",
            by=by,
            on=offer,
            chain=unit_chain(offer.unit_id),
            detail={"kind": offer.kind},
        )
    return offer
