"""What is on legal hold when all else of its key is gone: resealed to a hold key, so the key dies.

Two holders do it on the desk (openings.resharing), or the custodians on the console; nobody reads
anything by it. The hold key dies as any: when nothing is left that is sealed to it.
"""

import datetime
import uuid
from collections.abc import Collection, Iterator, Sequence
from functools import partial

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from keng.acts.locks import lock
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.audit.models import Entry
from keng.delivery.models import Inbound
from keng.files.store import originals_by_key, ref_of, replace_original, sealed_original
from keng.kit import times
from keng.places.models import Unit
from keng.tips.models import Attachment, LegalHold
from keng.vault.epochs import make_hold_key, open_as_custodians
from keng.vault.holders import DeskHolders, desk_holders
from keng.vault.hybrid import KEYED_FORM, SealedKind, key_id_of
from keng.vault.models import HolderKey, KeyShare, ResharingRequest, SealedIdentity, UnitKey
from keng.vault.resealing import resealed
from keng.vault.resharing import drop_requests, stands_until
from keng.vault.splitting import HOLDERS_NEEDED

# Nothing is destroyed by a period sooner: until then a key with nothing but what is on hold is one
# of a quiet month.
_RETIRED_FOR = datetime.timedelta(days=120)
# So long the old key lives on after it: a backup of before it can be restored.
_KEY_KEPT_FOR = datetime.timedelta(days=7)
_SEALED_TO = """
WITH sealed (key, tip) AS (
  SELECT substring(ciphertext FROM 2 FOR 16), tip_ref FROM vault_sealedidentity
  WHERE substring(ciphertext FROM 1 FOR 1) = %s
  UNION ALL
  SELECT substring(raw_sealed FROM 2 FOR 16), tip_ref FROM delivery_inbound
  WHERE substring(raw_sealed FROM 1 FOR 1) = %s
), held AS (
  SELECT tip_id FROM tips_legalhold WHERE agreed_at IS NOT NULL AND ended_at IS NULL
)
SELECT key, count(*), bool_and(coalesce(tip IN (SELECT tip_id FROM held), false))
FROM sealed GROUP BY key
"""


def note_due_resealings() -> None:
    """Ask two holders for every resealing that is due by now, and drop what is not; for the worker.

    Where fewer than two of a key's holders are left it is the custodians' (`reseal_as_custodians`).
    """
    due = {key.pk: (key, records) for key, records in due_keys()}
    open_ones = open_requests().select_related("hold_key")
    stale = [each for each in open_ones if each.any_key_id not in due or _is_stale(each)]
    if stale:
        drop_requests([each.pk for each in stale])
    asked = {each.any_key_id for each in open_ones} - {each.any_key_id for each in stale}
    holders = desk_holders()
    for key, records in due.values():
        if key.pk not in asked and _two_hold(key, holders):
            _ask(key.pk, holders.of_unit(key.unit, key.key_class), records)


def due_keys() -> list[tuple[UnitKey, int]]:
    """Retired keys of which nothing is left but records on hold, and how many."""
    only_held = _only_held()
    found = UnitKey.objects.filter(
        pk__in=only_held,
        retired_at__lt=times.now() - _RETIRED_FOR,
        destroyed_at=None,
        epoch__isnull=False,
        held_from=None,
    )
    return [(key, only_held[key.pk]) for key in found.select_related("unit").order_by("pk")]


def due_for_custodians() -> list[tuple[UnitKey, int]]:
    """Of the keys that are due those that no two holders reseal, oldest first, with how many."""
    holders = desk_holders()
    left = [due for due in due_keys() if not _two_hold(due[0], holders)]
    return sorted(left, key=lambda due: str(due[0].retired_at))


def open_requests() -> "QuerySet[ResharingRequest]":
    """That wait for two holders who reseal."""
    return ResharingRequest.objects.filter(hold_key__isnull=False, done_at=None, dropped_at=None)


def requests_below(units: Collection[Unit]) -> "QuerySet[ResharingRequest]":
    """The same of these desks and those below them, the oldest first."""
    here = Q(unit__in=units) | Q(unit__parent__in=units)
    return open_requests().filter(here).select_related("unit").order_by("due_at", "pk")


def keys_of_resealings() -> set[uuid.UUID]:
    """What stays for them, for a `KeyUse`: hold keys that are about to be used, and for some days
    the keys that records were sealed to before.
    """
    waiting = set(open_requests().values_list("hold_key", flat=True))
    lately = Entry.objects.filter(
        action="keys.held_resealed", at__gt=times.now() - _KEY_KEPT_FOR
    ).values_list("object_id", flat=True)
    old = UnitKey.objects.filter(hold_keys__in=set(lately)).values_list("pk", flat=True)
    return {*waiting, *old} - {None}


def reseal_as_custodians(custodians: Sequence[bytes]) -> int:
    """Everything that is due, by the custodians' own keys; how many records. Killed in between, it
    goes on when it is run again.
    """
    done = 0
    for key, _ in due_keys():
        private = open_as_custodians(key.pk, custodians)
        if private is None:
            continue
        holders = desk_holders().of_unit(key.unit, key.key_class)
        hold_key = _hold_key_of(key.pk, holders, made_by="operator")
        done += sum(_reseal(row, private, hold_key) for row in _held_records(key.pk))
        done += sum(_reseal_file(file, private, hold_key) for file in _held_files(key.pk))
    return done


def _only_held() -> dict[uuid.UUID, int]:
    """By key how many things are sealed to it, where each of them is of a tip on hold."""
    with connection.cursor() as cursor:
        cursor.execute(_SEALED_TO, [KEYED_FORM, KEYED_FORM])
        rows = {uuid.UUID(bytes=bytes(key)): more for key, *more in cursor.fetchall()}
    files, held = originals_by_key(), set(_held_originals().values_list("original_path", flat=True))
    found = {}
    for key in rows.keys() | files.keys():
        records, are_held = rows.get(key, (0, True))
        paths = files.get(key, [])
        if are_held and held.issuperset(paths):
            found[key] = records + len(paths)
    return found


def _held_originals() -> "QuerySet[Attachment]":
    return Attachment.objects.filter(tip__in=_holds().values("tip")).exclude(original_path="")


def _holds() -> "QuerySet[LegalHold]":
    """In force, and agreed to: what nobody decided on may lapse."""
    return LegalHold.objects.filter(agreed_at__isnull=False, ended_at=None)


def _is_stale(asked: ResharingRequest) -> bool:
    until = stands_until(asked)
    is_over = until is not None and until < times.now()
    return is_over or asked.hold_key is None or asked.hold_key.destroyed_at is not None


def _two_hold(key: UnitKey, holders: DeskHolders) -> bool:
    """Whether two of those who have a share of it hold today, and two would have one of the new."""
    wanted = holders.of_unit(key.unit, key.key_class)
    return len(_staying(key, holders)) >= HOLDERS_NEEDED <= len(wanted)


def _staying(key: UnitKey, holders: DeskHolders) -> Collection[uuid.UUID]:
    """Of those who have a share of it, who holds today."""
    shares = KeyShare.objects.filter(unit_key=key, holder_key__isnull=False)
    held = set(shares.values_list("holder_key_id", flat=True))
    return held & {holder.pk for holder in holders.all_of_unit(key.unit, key.key_class)}


@work()
def _ask(key_id: uuid.UUID, wanted: Sequence[HolderKey], records: int) -> None:
    hold_key = _hold_key_of(key_id, wanted, made_by="worker")
    asked = ResharingRequest.objects.create(
        unit=hold_key.unit,
        any_key_id=key_id,
        hold_key=hold_key,
        plan={str(key_id): [str(holder.pk) for holder in wanted]},
        records=records,
    )
    record(
        "keys.resealing_due",
        by="worker",
        on=asked,
        chain=unit_chain(hold_key.unit_id),
        detail={"records": records},
    )


@work()
def _hold_key_of(key_id: uuid.UUID, holders: Sequence[HolderKey], *, made_by: str) -> UnitKey:
    """The one that an earlier resealing of this key left unfinished, or a new one."""
    key = lock(UnitKey.objects.filter(pk=key_id).select_related("unit")).get()
    unfinished = key.hold_keys.filter(destroyed_at=None).select_related("unit")
    if len(holders) >= HOLDERS_NEEDED:
        # Not one that was made when nobody held a key.
        unfinished = unfinished.filter(shares__holder_key__isnull=False).distinct()
    found = unfinished.order_by("pk").first()
    if found is not None:
        return found
    made = make_hold_key(key, holders)
    record(
        "keys.hold_key_made",
        by=made_by,
        on=made,
        chain=unit_chain(key.unit_id),
        detail={"holders": len(holders)},
    )
    return made


def _held_records(key_id: uuid.UUID) -> Iterator[SealedIdentity | Inbound]:
    """Sealed to this key, of tips on hold."""
    held = _holds().values("tip")
    for row in SealedIdentity.objects.filter(tip_ref__in=held).order_by("pk"):
        if key_id_of(bytes(row.ciphertext)) == key_id:
            yield row
    for message in Inbound.objects.filter(tip_ref__in=held).order_by("pk"):
        if key_id_of(bytes(message.raw_sealed)) == key_id:
            yield message


def _held_files(key_id: uuid.UUID) -> list[Attachment]:
    paths = originals_by_key().get(key_id, [])
    return list(_held_originals().filter(original_path__in=paths).order_by("pk"))


@work()
def _reseal(row: SealedIdentity | Inbound, private: bytes, hold_key: UnitKey) -> bool:
    """One record; False where its hold was ended, it changed, or it does not belong there."""
    tip_id = row.tip_ref
    if tip_id is None or not _stays(tip_id, hold_key):
        return False
    if not _replace_sealed(row, tip_id, private, hold_key):
        return False
    _record_resealed(tip_id, hold_key)
    return True


@work()
def _reseal_file(file: Attachment, private: bytes, hold_key: UnitKey) -> bool:
    """The same of an original; on record before it is replaced."""
    if not _stays(file.tip_id, hold_key):
        return False
    to, refs = (hold_key.pk, bytes(hold_key.public_key)), [ref_of(file.original_path)]
    sealed = sealed_original(file.original_path)
    found = resealed(sealed, private, to, kind=SealedKind.FILE, refs=refs)
    if found is None:
        return False
    _record_resealed(file.tip_id, hold_key)
    transaction.on_commit(partial(replace_original, file.original_path, found))
    return True


def _stays(tip_id: uuid.UUID, hold_key: UnitKey) -> bool:
    """Both locked: whoever ends the hold waits, or has ended it."""
    alive = UnitKey.objects.filter(pk=hold_key.pk, destroyed_at=None)
    return lock(_holds().filter(tip=tip_id)).first() is not None and lock(alive).first() is not None


def _record_resealed(tip_id: uuid.UUID, hold_key: UnitKey) -> None:
    record(
        "keys.held_resealed",
        by="operator",
        on=hold_key,
        chain=unit_chain(hold_key.unit_id),
        detail={"tip": str(tip_id)},
    )


def _replace_sealed(
    row: SealedIdentity | Inbound, tip_id: uuid.UUID, private: bytes, hold_key: UnitKey
) -> bool:
    to, refs = (hold_key.pk, bytes(hold_key.public_key)), (tip_id, row.pk)
    if isinstance(row, Inbound):
        sealed = bytes(row.raw_sealed)
        found = resealed(sealed, private, to, kind=SealedKind.RAW, refs=refs)
        message = Inbound.objects.filter(pk=row.pk, raw_sealed=sealed)
        return found is not None and bool(message.update(raw_sealed=found))
    sealed = bytes(row.ciphertext)
    found = resealed(sealed, private, to, kind=SealedKind(row.kind), refs=refs)
    identity = SealedIdentity.objects.filter(pk=row.pk, ciphertext=sealed)
    return found is not None and bool(identity.update(ciphertext=found))
