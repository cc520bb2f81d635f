"""Keys that are split anew by two of their holders, since one who had a share has left.

Two holders give their shares to the opener, which splits the key by a new polynomial and keeps the
new shares aside; the worker puts them in the place of the old ones under a new wrap key. Old and
new shares together open nothing.
"""

import datetime
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping

from django.db.models import Q

from keng.acts.locks import lock
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.vault import share_seals
from keng.vault.epochs import replace_shares, wrap_key_file
from keng.vault.holders import DeskHolders, desk_holders
from keng.vault.models import KeyShare, NewShare, ResharingRequest, UnitKey
from keng.vault.opener_client import REQUEST_STANDS
from keng.vault.splitting import HOLDERS_NEEDED

MOST_KEYS_AT_ONCE = 20
"""What the opener splits within the time of one answer."""

Plan = dict[str, list[str]]


def note_due_resharings() -> int:
    """Ask for every resharing that is due by now, and drop those that are not; a worker's task."""
    due = [(unit_id, plan) for unit_id, plan in _due_plans(desk_holders()) if len(plan)]
    open_ones = list(ResharingRequest.objects.filter(hold_key=None, done_at=None, dropped_at=None))
    before = times.now() - REQUEST_STANDS
    stale = [
        each.pk
        for each in open_ones
        if each.plan not in [plan for _, plan in due]
        or (each.joined_at is not None and each.joined_at < before)
    ]
    if stale:
        drop_requests(stale)
    known = [each.plan for each in open_ones if each.pk not in stale]
    for unit_id, plan in due:
        if plan not in known:
            _ask(unit_id, plan)
    return 0


def _due_plans(holders: DeskHolders) -> list[tuple[uuid.UUID, Plan]]:
    """By unit what has to be split anew; in one plan only keys that the same people hold today."""
    held: defaultdict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    live = Q(unit_key__destroyed_at=None, unit_key__epoch__isnull=False)
    on_their_way = NewShare.objects.values("unit_key")
    shares = KeyShare.objects.filter(live, holder_key__isnull=False)
    for key_id, holder in shares.exclude(unit_key__in=on_their_way).values_list(
        "unit_key_id", "holder_key_id"
    ):
        held[key_id].add(holder)
    plans: defaultdict[tuple[uuid.UUID, frozenset[uuid.UUID]], Plan] = defaultdict(dict)
    for key in UnitKey.objects.filter(pk__in=held).select_related("unit").order_by("pk"):
        staying = held[key.pk] & {h.pk for h in holders.all_of_unit(key.unit, key.key_class)}
        wanted = holders.of_unit(key.unit, key.key_class)
        if staying != held[key.pk] and len(staying) >= HOLDERS_NEEDED:
            plan = plans[key.unit_id, frozenset(staying)]
            plan[str(key.pk)] = [str(holder.pk) for holder in wanted]
    return [
        (unit_id, dict(list(plan.items())[start : start + MOST_KEYS_AT_ONCE]))
        for (unit_id, _), plan in plans.items()
        for start in range(0, len(plan), MOST_KEYS_AT_ONCE)
    ]


@work()
def _ask(unit_id: uuid.UUID, plan: Plan) -> None:
    asked = ResharingRequest.objects.create(
        unit_id=unit_id, plan=plan, any_key_id=uuid.UUID(next(iter(plan)))
    )
    record(
        "keys.resharing_due",
        by="worker",
        on=asked,
        chain=unit_chain(unit_id),
        detail={"keys": len(plan)},
    )


@work()
def drop_requests(resharing_ids: Collection[uuid.UUID]) -> None:
    """Those that nobody has done: what is due by now is asked for anew."""
    asked = lock(ResharingRequest.objects.filter(pk__in=resharing_ids, done_at=None))
    ResharingRequest.objects.filter(pk__in=[each.pk for each in asked]).update(
        dropped_at=times.now()
    )


def place_new_shares() -> int:
    """Put what the opener made in the place of the old shares; how many keys. A worker's task."""
    made = NewShare.objects.order_by("unit_key").values_list("resharing", "unit_key").distinct()
    return sum(_place(resharing_id, key_id) for resharing_id, key_id in list(made))


@work()
def _place(resharing_id: uuid.UUID, key_id: uuid.UUID) -> bool:
    """False where who holds is others again, or the key was split or destroyed meanwhile."""
    key = lock(UnitKey.objects.filter(pk=key_id).select_related("unit")).get()
    rows = NewShare.objects.filter(resharing=resharing_id, unit_key=key)
    sealed = _unwrapped(key, {row.holder_key_id: bytes(row.sealed) for row in rows})
    rows.delete()
    wanted = {holder.pk for holder in desk_holders().of_unit(key.unit, key.key_class)}
    if key.destroyed_at or not sealed or set(sealed) != {None, *wanted}:
        return False
    replace_shares(key, sealed, by="worker")
    return True


def _unwrapped(
    key: UnitKey, wrapped: Mapping[uuid.UUID | None, bytes]
) -> dict[uuid.UUID | None, bytes]:
    """Nothing where the wrap key is another one by now."""
    try:
        wrap_keys = wrap_key_file(key.pk).read_bytes()
        return {
            holder: share_seals.unwrap_share(share, wrap_keys, key.pk, holder)
            for holder, share in wrapped.items()
        }
    except (FileNotFoundError, share_seals.ShareNotOpened):
        return {}


def stands_until(asked: ResharingRequest) -> datetime.datetime | None:
    """When two who came have to come again."""
    return asked.joined_at and asked.joined_at + REQUEST_STANDS
