"""What the page of models shows: of other desks, of one's own, and what could be offered."""

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from keng.accounts.who import WORKING
from keng.duty.rota import kept_units
from keng.kit import times
from keng.lessons.models import Collection, Edition
from keng.lessons.queries import public_editions
from keng.lessons.rights import unit_to_write_for
from keng.model_offers.models import ModelCopy, ModelOffer
from keng.warnings.actions.pattern_acts import units_to_write_for
from keng.warnings.models import Pattern

if TYPE_CHECKING:
    from keng.accounts.models import Officer
    from keng.places.models import Unit

# Of each kind: a desk has a few patterns and lessons at a time.
_MOST_TO_OFFER = 20


@dataclass(frozen=True, slots=True)
class ThingToOffer:
    """Of the officer's own desk, not offered yet."""

    kind: ModelOffer.Kind
    key: uuid.UUID
    name: str


def open_offers() -> QuerySet[ModelOffer]:
    """Not withdrawn, and what they were made of is still in force at its own desk."""
    source = {"pk": OuterRef("source_ref")}
    patterns = Pattern.objects.in_force(times.local_date(times.now())).filter(**source)
    editions = public_editions().filter(**source)
    offers: QuerySet[ModelOffer] = ModelOffer.objects.filter(
        Q(kind=ModelOffer.Kind.ROTA) | Exists(patterns) | Exists(editions), withdrawn_at=None
    )
    return offers.select_related("unit")


def desks_that_copy(kind: str, officer: "Officer") -> "list[Unit]":
    """The desks for which the officer may write such a thing."""
    if kind == ModelOffer.Kind.PATTERN:
        return units_to_write_for(officer)
    if kind == ModelOffer.Kind.LESSON:
        unit = unit_to_write_for(officer)
        return [unit] if unit else []
    return kept_units(officer)


def collections_to_choose(officer: "Officer") -> QuerySet[Collection]:
    """Of the officer's own desk, for a lesson that is taken over."""
    own: QuerySet[Collection] = Collection.objects.visible_to(officer).filter(
        unit=unit_to_write_for(officer), partner=None
    )
    return own.order_by("-id")


def readable_offers(officer: "Officer") -> QuerySet[ModelOffer]:
    """Those that the officer could take over, and those of the own desk."""
    readable = Q(pk__in=open_offers().values("pk")) | Q(unit__in=officer.unit_ids)
    visible: QuerySet[ModelOffer] = ModelOffer.objects.visible_to(officer)
    return visible.filter(readable).select_related("unit")


def offers_once_readable(officer: "Officer") -> QuerySet[ModelOffer]:
    """Also those that ended since their page was opened: what was typed there is not lost."""
    offers: QuerySet[ModelOffer] = ModelOffer.objects.all()
    return offers.select_related("unit") if officer.unit_ids else offers.none()


def offers_of_others(officer: "Officer") -> QuerySet[ModelOffer]:
    """The newest first, each with whether a desk of the officer's took it over."""
    own = WORKING.own_unit_ids(officer)
    taken = ModelCopy.objects.filter(offer=OuterRef("pk"), unit__in=own)
    offers = open_offers().exclude(unit__in=own).annotate(is_taken=Exists(taken))
    return offers.order_by("-id")


def own_offers(officer: "Officer") -> QuerySet[ModelOffer]:
    """Those not withdrawn, whether others still find them, and how many desks took them over."""
    own = ModelOffer.objects.filter(unit__in=WORKING.own_unit_ids(officer), withdrawn_at=None)
    counted: QuerySet[ModelOffer] = own.annotate(
        taken_over=Count("copies"), is_open=Exists(open_offers().filter(pk=OuterRef("pk")))
    )
    return counted.select_related("unit").order_by("-id")


def copied_rotas(officer: "Officer") -> QuerySet[ModelCopy]:
    """Rotas that a desk of the officer's took over, to put people on."""
    own = {unit.pk for unit in kept_units(officer)}
    copies: QuerySet[ModelCopy] = ModelCopy.objects.filter(
        unit__in=own, offer__kind=ModelOffer.Kind.ROTA
    )
    return copies.select_related("offer__unit", "unit").order_by("-id")


def things_to_offer(officer: "Officer") -> list[ThingToOffer]:
    """What is let out at the officer's own desk, and the rota that they keep."""
    own = WORKING.own_unit_ids(officer)
    offered = ModelOffer.objects.filter(unit__in=own, withdrawn_at=None)
    refs = offered.values("source_ref")
    patterns = Pattern.objects.in_force(times.local_date(times.now())).filter(unit__in=own)
    lessons: QuerySet[Edition] = Edition.objects.none()
    if unit_to_write_for(officer) is not None:
        lessons = public_editions().filter(unit__in=own, made_by__isnull=False).exclude(pk__in=refs)
    rotas = set(offered.filter(kind=ModelOffer.Kind.ROTA).values_list("unit", flat=True))
    kind = ModelOffer.Kind
    return [
        *(
            ThingToOffer(kind.PATTERN, pattern.pk, pattern.texts["title"])
            for pattern in patterns.exclude(pk__in=refs).order_by("-id")[:_MOST_TO_OFFER]
        ),
        *(ThingToOffer(kind.LESSON, each.pk, each.title) for each in lessons[:_MOST_TO_OFFER]),
        *(
            ThingToOffer(kind.ROTA, unit.pk, unit.name)
            for unit in kept_units(officer)
            if unit.pk not in rotas
        ),
    ]
