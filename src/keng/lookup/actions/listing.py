"""Proposed by one officer, made public by another one, ended with a reason or by its day."""

import datetime
import uuid

from django.db import IntegrityError
from django.db.models import Q, QuerySet

from keng.accounts.models import Officer
from keng.accounts.who import RELEASING, WORKING
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.locks import lock_all, lock_available, lock_one
from keng.acts.work import permit_over, savepoint, work
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.lookup import acts
from keng.lookup.actions.indicators import hold_indicators
from keng.lookup.errors import (
    AlreadyListed,
    DisputeOpen,
    ListedByAnother,
    MayDoHarm,
    NeverPublic,
    NoReason,
    OnlyWhenConfirmed,
)
from keng.lookup.keys import lookup_hash_of, may_be_public
from keng.lookup.models import Dispute, Indicator, Listing
from keng.releases import steps
from keng.releases.errors import HandInIt, NothingWaits
from keng.releases.hands import hands_of_all

# A listing holds until the day that its proposer chose, so long at most.
LONGEST_LISTED = datetime.timedelta(days=366)
# What ends sooner than this may be proposed again, so that no gap comes between.
_NEAR_ITS_END = datetime.timedelta(days=30)
# Ends that say something about the number, so that a look-up goes on saying it.
END_REASONS = (
    Listing.End.NO_LONGER,
    Listing.End.MISTAKE,
    Listing.End.RECYCLED,
    Listing.End.SPOOFED,
)
_PORTION = 500


@act(acts.PROPOSE_LISTING)
def propose_listing(
    indicator: Indicator,
    *,
    grade: str,
    category: str,
    month: datetime.date,
    basis: str,
    expires_on: datetime.date,
    unit_id: uuid.UUID,
    by: Officer,
) -> Listing:
    """Ask a second person to make it public.

    Which tips speak for it is the caller's business (lookup_pages.propose). Raises NeverPublic,
    OnlyWhenConfirmed, NoReason, AlreadyListed, NotAllowed.
    """
    permit_over(unit_id)
    if unit_id not in WORKING.own_unit_ids(by):
        raise NotAllowed
    if not may_be_public(indicator.type, indicator.value):
        raise NeverPublic
    if grade != Listing.Grade.CONFIRMED and indicator.type == Indicator.Type.BANK_ACCOUNT:
        raise OnlyWhenConfirmed
    if not basis.strip():
        raise NoReason
    key = lookup_hash_of(indicator.type, indicator.value)
    if _as_strong_listings(key, grade).exists():
        raise AlreadyListed
    latest = times.local_date(times.now() + LONGEST_LISTED)
    hands = hands_of_all(_proposals_since_public(key, unit_id))
    pair = (indicator.type, indicator.value)
    listing = Listing(
        hands=hands,
        # The last report that named it may be taken back at this moment.
        indicator_id=hold_indicators([pair])[pair],
        lookup_hash=key,
        unit_id=unit_id,
        grade=grade,
        category=category,
        used_in=month.replace(day=1),
        basis=basis.strip(),
        made_by=by,
        expires_on=min(expires_on, latest),
    )
    listing.hand_in(by)
    try:
        with savepoint():
            listing.save()
    except IntegrityError as error:
        raise AlreadyListed from error
    record(
        "listing.proposed",
        by=by,
        on=listing,
        chain=unit_chain(unit_id),
        detail={"grade": grade, **steps.release_detail(listing)},
    )
    return listing


@act(acts.CONFIRM_LISTING)
def confirm_listing(listing_id: uuid.UUID, *, seen: bytes, does_harm: bool, by: Officer) -> Listing:
    """The second person makes it public, having said that it warns nobody and exposes nobody.

    While an objection to the number is open, nothing takes the place of what it is about. Another
    desk's entry makes room only where the second person may release for that desk as well, or two
    of one commune could take off what the next one knows. Raises NotAllowed, HandInIt,
    NothingWaits, TextChanged, MayDoHarm, DisputeOpen, AlreadyListed, ListedByAnother.
    """
    listing = _locked_listing(listing_id, by)
    require_confirmable(listing, seen=seen, by=by)
    if does_harm:
        raise MayDoHarm
    steps.let_out(listing, seen=seen, by=by)
    for old in lock_all(_entries_in_its_place(listing)):
        # At the same moment: by it the one in whose place this stands is found again.
        _end_row(old, Listing.End.REPLACED, "", by=by, at=listing.released_at)
    listing.status, listing.is_harmless = Listing.Status.LISTED, True
    try:
        with savepoint():
            listing.save(update_fields=["status", "is_harmless"])
    except IntegrityError as error:
        raise AlreadyListed from error
    record(
        "listing.confirmed",
        by=by,
        on=listing,
        chain=unit_chain(listing.unit_id),
        detail={"grade": listing.grade, **steps.release_detail(listing)},
    )
    return listing


def require_confirmable(listing: Listing, *, seen: bytes, by: Officer) -> None:
    """Ask what stands in the way of `confirm_listing`, apart from the answer about harm.

    Raises HandInIt, NothingWaits, TextChanged, DisputeOpen, AlreadyListed, ListedByAnother.
    """
    steps.require_second_person(listing, seen=seen, by=by)
    key = bytes(listing.lookup_hash)
    if listing.expires_on < times.local_date(times.now()):
        raise NothingWaits
    if Dispute.objects.open().filter(listing__lookup_hash=key).exists():
        raise DisputeOpen
    if _as_strong_listings(key, listing.grade).exists():
        raise AlreadyListed
    for old in _entries_in_its_place(listing).select_related("unit"):
        if old.unit is not None and not RELEASING.may_act_for(by, old.unit):
            raise ListedByAnother(old.unit.name)


@act(acts.REFUSE_LISTING)
def refuse_listing(listing_id: uuid.UUID, *, reason: str, by: Officer) -> Listing:
    """The second person says no, for good. Raises NotAllowed, HandInIt, NothingWaits, NoReason."""
    listing = _locked_listing(listing_id, by)
    require_refusable(listing, by=by)
    if not reason.strip():
        raise NoReason
    _end_row(listing, Listing.End.REFUSED, reason.strip(), by=by)
    return listing


def require_refusable(listing: Listing, *, by: Officer) -> None:
    """Ask what stands in the way of `refuse_listing`. Raises HandInIt, NothingWaits."""
    if listing.has_hand_of(by):
        raise HandInIt
    if not listing.is_waiting:
        raise NothingWaits


@act(acts.END_LISTING)
def end_listing(listing_id: uuid.UUID, *, why: str, note: str, by: Officer) -> Listing:
    """Take it off the list, at once and by one person: what is wrong must not wait for a second.

    What it had taken the place of in another desk's name stands again. Raises NotAllowed,
    NothingWaits, NoReason.
    """
    listing = _locked_listing(listing_id, by)
    require_endable(listing, by=by)
    if why not in END_REASONS:
        raise NotAllowed
    if not note.strip():
        raise NoReason
    _end_row(listing, Listing.End(why), note.strip(), by=by)
    _restore_displaced(listing, by)
    return listing


def require_endable(listing: Listing, *, by: Officer) -> None:
    """Ask what stands in the way of `end_listing`. Raises NotAllowed, NothingWaits."""
    if listing.status == Listing.Status.ENDED:
        raise NothingWaits
    if not may_end_listing(by, listing):
        raise NotAllowed


@work()
def expire_listings(portion: int = _PORTION) -> int:
    """End what has reached its last day; a look-up stopped answering with it at midnight."""
    today = times.local_date(times.now())
    over = (
        Listing.objects.exclude(status=Listing.Status.ENDED)
        .filter(expires_on__lt=today)
        .order_by("id")
    )
    rows = list(lock_available(over)[:portion])
    ids = [row.pk for row in rows]
    Listing.objects.filter(pk__in=ids).update(
        status=Listing.Status.ENDED, end_reason=Listing.End.EXPIRED, ended_at=times.now()
    )
    for row in (each for each in rows if each.unit_id):
        _record_on_listing("listing.ended", row, "worker", why=Listing.End.EXPIRED)
        _restore_displaced(row, "worker")
    return len(rows)


def may_end_listing(officer: Officer, listing: Listing) -> bool:
    """Whether the officer may take it off: who made it, or who may release for its unit."""
    if listing.unit is None:
        return False
    is_own = listing.made_by_id == officer.pk and WORKING.may_act_for(officer, listing.unit)
    return is_own or RELEASING.may_act_for(officer, listing.unit)


def end_disputed_listings(dispute: Dispute, *, by: Officer) -> None:
    """End whatever stands under the number of a decided dispute, in its transaction.

    What had taken the place of the disputed entry, what waits for a second person and what block
    lists say end too. The disputed entry gets the reason even when it had ended for another one:
    by it look-ups tell what was decided, and imports leave the number out.
    """
    ends = {
        Dispute.Outcome.REMOVED: Listing.End.MISTAKE,
        Dispute.Outcome.RECYCLED: Listing.End.RECYCLED,
        Dispute.Outcome.SPOOFED: Listing.End.SPOOFED,
    }
    why = ends[Dispute.Outcome(dispute.outcome)]
    standing = Q(
        lookup_hash=dispute.listing.lookup_hash,
        status__in=(Listing.Status.LISTED, Listing.Status.PROPOSED),
    )
    rows = Listing.objects.filter(standing | Q(pk=dispute.listing_id))
    for row in lock_all(rows):
        _end_row(row, why, row.end_note, by=by, unit_id=dispute.unit_id)


def _restore_displaced(listing: Listing, by: object) -> None:
    """Another desk's entry whose place this one took stands again until its own last day.

    Not if something was found wrong with the number since, nor beside what stands already.
    """
    old = _displaced_by(listing)
    while old is not None and old.unit_id == listing.unit_id:
        old = _displaced_by(old)
    if old is None or old.expires_on < times.local_date(times.now()):
        return
    same = Listing.objects.filter(lookup_hash=bytes(listing.lookup_hash)).exclude(pk=listing.pk)
    is_wrong = same.taken_off().filter(ended_at__gt=old.ended_at).exists()
    if is_wrong or same.filter(status=Listing.Status.LISTED, block_list__isnull=True).exists():
        return
    old.status, old.end_reason, old.ended_at = Listing.Status.LISTED, "", None
    old.save(update_fields=["status", "end_reason", "ended_at"])
    _record_on_listing("listing.restored", old, by, after=str(listing.pk))


def _displaced_by(listing: Listing) -> Listing | None:
    """The entry that ended at the moment in which this one was made public."""
    if listing.released_at is None:
        return None
    ended = Listing.objects.filter(
        lookup_hash=bytes(listing.lookup_hash), end_reason=Listing.End.REPLACED
    )
    there = ended.filter(ended_at=listing.released_at, block_list__isnull=True)
    return next(iter(lock_all(there)), None)


def replacement_of(listing: Listing) -> Listing | None:
    """The entry that was made public in its place, of whichever desk; for its page."""
    if listing.end_reason != Listing.End.REPLACED:
        return None
    same = Listing.objects.filter(lookup_hash=bytes(listing.lookup_hash))
    newer = same.filter(released_at=listing.ended_at, block_list__isnull=True)
    return newer.select_related("unit").first()


def _as_strong_listings(key: bytes, grade: str) -> QuerySet[Listing]:
    """Public entries of desks that say more already, or as much and not only for some days."""
    soon = times.local_date(times.now() + _NEAR_ITS_END)
    says_as_much = Q(grade=grade, expires_on__gt=soon)
    if grade != Listing.Grade.CONFIRMED:
        says_as_much |= Q(grade=Listing.Grade.CONFIRMED)
    return Listing.objects.public().filter(says_as_much, lookup_hash=key, block_list__isnull=True)


def _entries_in_its_place(listing: Listing) -> QuerySet[Listing]:
    """What desks say of the number now: it ends when this one is made public."""
    return Listing.objects.filter(
        lookup_hash=bytes(listing.lookup_hash),
        status=Listing.Status.LISTED,
        block_list__isnull=True,
    )


def _proposals_since_public(key: bytes, unit_id: uuid.UUID) -> QuerySet[Listing]:
    """What the unit proposed about the number since it last made it public, refused or not."""
    mine = Listing.objects.filter(lookup_hash=key, unit=unit_id)
    last = mine.ever_released().order_by("-id").first()
    return (mine.filter(pk__gt=last.pk) if last else mine).order_by("id")


def _locked_listing(listing_id: uuid.UUID, by: Officer) -> Listing:
    visible = Listing.objects.visible_to(by).select_related("unit", "indicator")
    return lock_one(visible, listing_id)


def _end_row(
    listing: Listing,
    why: "Listing.End",
    note: str,
    *,
    by: Officer,
    unit_id: uuid.UUID | None = None,
    at: datetime.datetime | None = None,
) -> None:
    listing.status, listing.end_reason, listing.end_note = Listing.Status.ENDED, why, note
    listing.ended_by, listing.ended_at = by, at or times.now()
    listing.save(update_fields=["status", "end_reason", "end_note", "ended_by", "ended_at"])
    _record_on_listing("listing.ended", listing, by, unit_id=unit_id, why=str(why))


def _record_on_listing(
    act: str, listing: Listing, by: object, *, unit_id: uuid.UUID | None = None, **detail: object
) -> None:
    record(act, by=by, on=listing, chain=unit_chain(listing.unit_id or unit_id), detail=detail)
