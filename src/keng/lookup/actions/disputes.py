"""Whoever is listed objects without an account; somebody who did not list it decides."""

import datetime
import uuid

from django.conf import settings
from django.db import IntegrityError
from django.db.models import Q, QuerySet

from keng.accounts.models import Officer
from keng.acts.act import act
from keng.acts.errors import AlreadyDone, NotAllowed
from keng.acts.locks import lock
from keng.acts.work import permit_over, savepoint
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.kit.codes import derived_code
from keng.language import reporters_own
from keng.lookup import acts
from keng.lookup.actions.listing import end_disputed_listings
from keng.lookup.deciders import may_answer_dispute, took_part_in_listing
from keng.lookup.errors import NoReason, NotListed
from keng.lookup.models import Dispute
from keng.lookup.queries import DESK_ONLY_DISPUTE_FIELDS, dispute_code_hash, public_listing
from keng.places.serving import first_province_unit
from keng.releases.errors import HandInIt

LONGEST_OBJECTION = 3000


def dispute_code_of(token: str) -> str:
    """The code of the form's token: sent twice, the same code."""
    return derived_code("dispute code", token)


def is_objection_sent(token: str) -> bool:
    """Whether the form with this token was sent before."""
    return Dispute.objects.filter(code_hash=dispute_code_hash(dispute_code_of(token))).exists()


@act(acts.OBJECT_TO_LISTING)
def object_to_listing(hash: str, *, reason: str, text: str, token: str) -> tuple[Dispute, str]:
    """Object to the entry under this hash; the dispute and the code that reads its answer.

    Names and numbers of people are covered before anything is kept. Raises NotListed.
    """
    code = dispute_code_of(token)
    key = dispute_code_hash(code)
    earlier = Dispute.objects.filter(code_hash=key).defer(*DESK_ONLY_DISPUTE_FIELDS)
    if found := earlier.first():
        return found, code
    listing = public_listing(hash)
    if listing is None:
        raise NotListed
    unit_id = listing.unit_id or first_province_unit().pk
    try:
        with savepoint():
            dispute = Dispute.objects.create(
                listing=listing,
                unit_id=unit_id,
                code_hash=key,
                reason=Dispute.Reason(reason),
                text=reporters_own.mask_everybody(text[:LONGEST_OBJECTION]).text,
                due_on=_due_date(),
                listed_by_id=listing.made_by_id,
                checked_by_id=listing.released_by_id,
                hands=list(listing.hands),
            )
    except IntegrityError:
        # The same form at the same moment.
        return earlier.get(), code
    record(
        "dispute.made",
        by="resident",
        on=dispute,
        chain=unit_chain(unit_id),
        detail={"listing": str(listing.pk), "reason": reason},
    )
    return dispute, code


@act(acts.DECIDE_DISPUTE)
def decide_dispute(dispute_id: uuid.UUID, *, outcome: str, answer: str, by: Officer) -> Dispute:
    """Answer a dispute; unless it is rejected, the entry ends at this moment.

    What ends with it is not to be decided once more: whoever else objects to the same number gets
    the same answer. Raises NotAllowed, HandInIt, AlreadyDone, NoReason.
    """
    asked = Dispute.objects.visible_to(by).select_related("listing").filter(pk=dispute_id).first()
    if asked is None:
        raise NotAllowed
    dispute, others = _locked_disputes(asked)
    permit_over(dispute.unit_id)
    require_decidable(dispute, by=by)
    if not answer.strip():
        raise NoReason
    decided, now = [dispute], times.now()
    if outcome != Dispute.Outcome.REJECTED:
        decided += others
    for each in decided:
        each.outcome, each.answer = Dispute.Outcome(outcome), answer.strip()
        each.decided_by, each.decided_at = by, now
        each.save(update_fields=["outcome", "answer", "decided_by", "decided_at"])
    if dispute.outcome != Dispute.Outcome.REJECTED:
        end_disputed_listings(dispute, by=by)
    for each in decided:
        _record_decision(each, dispute, by)
    return dispute


def require_decidable(dispute: Dispute, *, by: Officer) -> None:
    """Ask what stands in the way of `decide_dispute`. Raises NotAllowed, HandInIt, AlreadyDone."""
    if not may_answer_dispute(by, dispute):
        raise HandInIt if took_part_in_listing(by, dispute) else NotAllowed
    if dispute.decided_at is not None:
        raise AlreadyDone


def may_decide_dispute(officer: Officer, dispute: Dispute) -> bool:
    """Whether the officer may answer this dispute: nobody who listed the number."""
    return dispute.decided_at is None and may_answer_dispute(officer, dispute)


def disputes_decided_with(dispute: Dispute) -> QuerySet[Dispute]:
    """The other open objections to the same number: upheld, they all get its answer."""
    same = Dispute.objects.open().filter(listing__lookup_hash=dispute.listing.lookup_hash)
    return same.exclude(pk=dispute.pk)


def _locked_disputes(asked: Dispute) -> tuple[Dispute, list[Dispute]]:
    """It and `disputes_decided_with` it, in one statement: two who decide wait for one another."""
    either = Q(pk=asked.pk) | Q(pk__in=disputes_decided_with(asked).values("pk"))
    rows = Dispute.objects.filter(either).select_related("listing")
    locked = {row.pk: row for row in lock(rows)}
    dispute = locked.pop(asked.pk)
    return dispute, [row for row in locked.values() if row.decided_at is None]


def _record_decision(each: Dispute, asked: Dispute, by: Officer) -> None:
    detail = {"listing": str(each.listing_id), "outcome": str(each.outcome)}
    if each is not asked:
        detail["with"] = str(asked.pk)
    record("dispute.decided", by=by, on=each, chain=unit_chain(each.unit_id), detail=detail)


def _due_date() -> datetime.date:
    return times.local_date(times.now() + datetime.timedelta(days=settings.DISPUTE_DAYS))
