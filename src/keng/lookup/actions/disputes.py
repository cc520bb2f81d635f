"""Whoever is listed objects without an account; somebody who did not list it decides."""

import datetime
import uuid

from django.conf import settings
from django.db import IntegrityError, transaction

from keng.accounts.models import Officer
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.kit.codes import derived
from keng.language.masking import mask
from keng.lookup.actions.listing import take_off
from keng.lookup.deciders import may_answer, took_part
from keng.lookup.errors import AlreadyDecided, NoReason, NotListed, NotYours, SamePerson
from keng.lookup.models import Dispute
from keng.lookup.queries import UNREAD, code_hash, public_listing
from keng.places.serving import first_province_unit

LONGEST = 3000


def code_of(token: str) -> str:
    """The code of the form's token: sent twice, the same code."""
    return derived("dispute code", token)


@transaction.atomic
def object_to(hash: str, *, reason: str, text: str, token: str) -> tuple[Dispute, str]:
    """Object to the entry under this hash; the dispute and the code that reads its answer.

    Names and numbers of people are covered before anything is kept. Raises NotListed.
    """
    code = code_of(token)
    key = code_hash(code)
    earlier = Dispute.objects.filter(code_hash=key).defer(*UNREAD)
    if found := earlier.first():
        return found, code
    listing = public_listing(hash)
    if listing is None:
        raise NotListed
    unit_id = listing.unit_id or first_province_unit().pk
    try:
        with transaction.atomic():
            dispute = Dispute.objects.create(
                listing=listing, unit_id=unit_id, code_hash=key, reason=Dispute.Reason(reason),
                text=mask(text[:LONGEST]).text, due_on=_due(),
                listed_by_id=listing.made_by_id, checked_by_id=listing.checked_by_id,
            )  # fmt: skip
    except IntegrityError:
        # The same form at the same moment.
        return earlier.get(), code
    record(
        "dispute.made", by="resident", on=dispute, chain=unit_chain(unit_id),
        detail={"listing": str(listing.pk), "reason": reason},
    )  # fmt: skip
    return dispute, code


@transaction.atomic
def decide(dispute_id: uuid.UUID, *, outcome: str, answer: str, by: Officer) -> Dispute:
    """Answer a dispute; unless it is rejected, the entry ends at this moment.

    Raises NotYours, SamePerson, AlreadyDecided, NoReason.
    """
    visible = Dispute.objects.visible_to(by).select_for_update(of=("self",))
    dispute = visible.select_related("listing").filter(pk=dispute_id).first()
    if dispute is None:
        raise NotYours
    if took_part(by, dispute):
        raise SamePerson
    if not may_answer(by, dispute):
        raise NotYours
    if dispute.decided_at is not None:
        raise AlreadyDecided
    if not answer.strip():
        raise NoReason
    dispute.outcome, dispute.answer = Dispute.Outcome(outcome), answer.strip()
    dispute.decided_by, dispute.decided_at = by, times.now()
    dispute.save(update_fields=["outcome", "answer", "decided_by", "decided_at"])
    if dispute.outcome != Dispute.Outcome.REJECTED:
        take_off(dispute, by=by)
    record(
        "dispute.decided", by=by, on=dispute, chain=unit_chain(dispute.unit_id),
        detail={"listing": str(dispute.listing_id), "outcome": outcome},
    )  # fmt: skip
    return dispute


def may_decide(officer: Officer, dispute: Dispute) -> bool:
    """Whether the officer may answer this dispute: not who listed it, not who checked it."""
    return dispute.decided_at is None and may_answer(officer, dispute)


def _due() -> datetime.date:
    return times.local_date(times.now() + datetime.timedelta(days=settings.DISPUTE_DAYS))
