"""After a backup was restored: nothing is opened with a request that it brought back."""

from keng.acts.locks import lock
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.openings.second_person import unended_requests
from keng.tips.models import Tip
from keng.vault.models import OpeningRequest


@work()
def lapse_restored_openings() -> int:
    """End what can still be opened, agreed to or not; how many. Safe to repeat.

    What it asks for may have been opened and shown after the backup was made, or refused, or taken
    back: nobody knows, and shown twice is what a request is never for. Who needs it asks again.
    """
    found = list(lock(unended_requests()))
    units = dict(
        Tip.objects.filter(pk__in=[asked.tip_ref for asked in found]).values_list(
            "pk", "responsible_unit_id"
        )
    )
    now = times.now()
    OpeningRequest.objects.filter(pk__in=[asked.pk for asked in found]).update(
        lapsed_at=now, is_lapsed_by_restore=True
    )
    for asked in found:
        unit = units.get(asked.tip_ref)
        record(
            "opening.lapsed",
            by="operator",
            on=asked,
            chain=unit_chain(unit) if unit else "installation",
            detail={"tip": str(asked.tip_ref), "what": asked.what},
        )
    return len(found)
