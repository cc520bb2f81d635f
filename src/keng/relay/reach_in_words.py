"""How far a warning came in a place, for everybody to read: no group can be told from it.

A kind with fewer groups is counted among "others"; a place with fewer says nothing.
"""

import uuid
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from keng.kit.small_counts import FEWEST_SHOWN
from keng.network.models import GroupKind

_COUNT = """
SELECT g.kind, count(*), count(*) FILTER (WHERE d.state IN ('relayed', 'delivered', 'read', 'sent'))
FROM delivery_delivery d JOIN network_group g ON g.id = d.recipient_ref
WHERE d.dispatch_id = %(dispatch)s AND d.recipient_kind = 'group' AND d.part = 1
  AND d.state <> 'cancelled' AND g.place_id = ANY(%(places)s::uuid[])
GROUP BY 1"""


@dataclass(frozen=True, slots=True)
class PostedGroups:
    """In how many groups of one kind it was posted; `label` is empty for the sum."""

    label: str
    posted: int
    groups: int

    @property
    def missing(self) -> int:
        return self.groups - self.posted


@dataclass(frozen=True, slots=True)
class ReachInWords:
    """The sum and its kinds; the kinds add up to the sum."""

    total: PostedGroups
    kinds: tuple[PostedGroups, ...]


def reach_in_places(dispatch_id: uuid.UUID, places: list[uuid.UUID]) -> ReachInWords | None:
    """What leads and machines say about one dispatch in these places; None: too few to tell."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"dispatch": dispatch_id, "places": places})
        counted = {kind: (groups, posted) for kind, groups, posted in cursor.fetchall()}
    groups = sum(count for count, _posted in counted.values())
    posted = sum(count for _groups, count in counted.values())
    if groups < FEWEST_SHOWN:
        return None
    order = list(GroupKind.values)
    many = sorted((k for k, cell in counted.items() if cell[0] >= FEWEST_SHOWN), key=order.index)
    kinds = [PostedGroups(str(GroupKind(k).label), counted[k][1], counted[k][0]) for k in many]
    rest = [cell for kind, cell in counted.items() if kind not in many]
    if sum(cell[0] for cell in rest) >= FEWEST_SHOWN:
        others = PostedGroups(
            _("other groups"), sum(cell[1] for cell in rest), sum(cell[0] for cell in rest)
        )
        kinds.append(others)
    elif rest:
        # Whoever knows the sum and all other kinds would know the few: then no kind is named.
        kinds = []
    return ReachInWords(PostedGroups("", posted, groups), tuple(kinds))
