"""Which places the units of the network serve, and what lies inside a place."""

import uuid
from collections.abc import Iterable

from django.db import connection
from django.db.models import Case, QuerySet, When

from keng.kit.sql_names import alphabetically
from keng.places.models import Jurisdiction, Place


def place_ids_below(place_ids: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    """These places and everything inside them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE below(id) AS (SELECT unnest(%s::uuid[]) UNION "
            "SELECT p.id FROM places_place p JOIN below b ON p.parent_id = b.id) "
            "SELECT id FROM below",
            [list(place_ids)],
        )
        return [row[0] for row in cursor.fetchall()]


def places_of(unit_ids: Iterable[uuid.UUID]) -> QuerySet[Place]:
    """The places these units serve today, with the hamlets inside them."""
    served = Jurisdiction.objects.filter(unit_id__in=list(unit_ids), valid_to__isnull=True)
    ids = place_ids_below(served.values_list("place_id", flat=True))
    # The widest place first: in most cases it is the one that is meant.
    width = Case(
        When(kind=Place.Kind.PROVINCE, then=0), When(kind=Place.Kind.HAMLET, then=2), default=1
    )
    found = Place.objects.filter(id__in=ids, valid_to__isnull=True)
    return found.order_by(width, alphabetically(), "code")
