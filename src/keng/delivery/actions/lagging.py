"""Noticing that a part of a dispatch falls behind, and an officer's word that they saw it."""

import datetime
import uuid
from typing import TYPE_CHECKING

from keng.acts.act import act
from keng.acts.locks import lock_one
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.delivery import acts
from keng.delivery.models import Dispatch, DispatchLag
from keng.delivery.queries.lagging import parts_behind, parts_of_dispatch
from keng.kit import times

if TYPE_CHECKING:
    from keng.accounts.models import Officer

# After a day a dispatch is over: whoever has not passed it on by then is on the lists of leads.
WATCHED_FOR = datetime.timedelta(days=1)


def notice_lags(now: datetime.datetime | None = None) -> int:
    """Look at every dispatch of the last day; how many parts were found behind for the first time.

    Once a minute: an alarm stands on the desk within five.
    """
    moment = now or times.now()
    watched = Dispatch.objects.filter(
        kind__in=Dispatch.TO_MANY,
        cancelled_at__isnull=True,
        materialised_at__gt=moment - WATCHED_FOR,
    )
    return sum(_notice_lags_of(dispatch, moment) for dispatch in watched.order_by("id"))


@work()
def _notice_lags_of(dispatch: Dispatch, now: datetime.datetime) -> int:
    since = dispatch.materialised_at
    if since is None:
        return 0
    behind = {
        (part.of, part.value, part.is_by_hand)
        for part in parts_behind(parts_of_dispatch(dispatch), since=since, now=now)
    }
    known = {
        (lag.of, lag.value, lag.is_by_hand): lag
        for lag in DispatchLag.objects.filter(dispatch=dispatch)
    }
    for key, lag in known.items():
        if key not in behind and lag.caught_up_at is None:
            DispatchLag.objects.filter(pk=lag.pk).update(caught_up_at=now)
    fresh = [
        DispatchLag(dispatch=dispatch, of=of, value=value, is_by_hand=by_hand, noticed_at=now)
        for of, value, by_hand in sorted(behind - set(known))
    ]
    return len(DispatchLag.objects.bulk_create(fresh, ignore_conflicts=True))


@act(acts.SEE_LAGS)
def see_lags(dispatch_id: uuid.UUID, *, by: "Officer") -> int:
    """The officer has seen which parts are behind and takes care of it; returns how many.

    They wait for nobody any more; the second time there are none. Raises NotAllowed.
    """
    dispatch = lock_one(Dispatch.objects.visible_to(by), dispatch_id)
    seen = DispatchLag.objects.waiting().filter(dispatch=dispatch)
    count = seen.update(seen_at=times.now(), seen_by=by)
    if count:
        record(
            "dispatch.lags_seen",
            by=by,
            on=dispatch,
            chain=unit_chain(dispatch.unit_id),
            detail={"parts": count},
        )
    return count
