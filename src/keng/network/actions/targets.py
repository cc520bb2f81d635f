"""Setting how many groups of each kind a commune should have."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.work import permit_over
from keng.audit.actions import record, unit_chain
from keng.network.acts import SET_TARGETS
from keng.network.models import GroupTarget
from keng.network.queries.targets import province_setting_targets, targets_set
from keng.places.models import Place

if TYPE_CHECKING:
    from keng.accounts.models import Officer


@act(SET_TARGETS)
def set_targets(counts: Mapping[str, int | None], *, place: Place | None, by: "Officer") -> int:
    """Write the numbers by kind, for all communes or for one; returns how many changed.

    Raises NotAllowed.
    """
    unit = province_setting_targets(by)
    if unit is None:
        raise NotAllowed
    permit_over(unit.pk)
    before = targets_set(unit.pk, place)
    changed = {kind: n for kind, n in counts.items() if n != before.get(kind)}
    for kind, count in changed.items():
        GroupTarget.objects.update_or_create(
            unit=unit, place=place, kind=kind, defaults={"count": count}
        )
    if changed:
        detail = {
            "targets": changed,
            "place": place.code if place else "",
            "changes": {kind: [before.get(kind, 0), n] for kind, n in changed.items()},
        }
        record("group.targets_set", by=by, on=unit, chain=unit_chain(unit.pk), detail=detail)
    return len(changed)
