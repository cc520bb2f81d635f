"""Writing a check: one person writes, another reads exactly that and publishes it."""

import uuid
from typing import TYPE_CHECKING

from django.db.models import Max

from keng.acts.act import act
from keng.acts.locks import lock_one, wait_for_turn
from keng.audit.actions import record, unit_chain
from keng.claims import acts
from keng.claims.actions.errors import AlreadyEnded
from keng.claims.content import CheckContent
from keng.claims.models import Claim, Revision
from keng.kit import times
from keng.kit.advisory_locks import TurnLock
from keng.releases import steps
from keng.releases.errors import NothingWaits

if TYPE_CHECKING:
    from keng.accounts.models import Officer


@act(acts.WRITE_CLAIM)
def write_claim(claim_id: uuid.UUID, *, content: CheckContent, by: "Officer") -> Revision:
    """Save the text that is being written. What waited for a second person waits no more.

    Whoever saved any of it is one of its authors: somebody else has to publish it. Nothing changed,
    nothing saved. Raises NotAllowed, AlreadyEnded.
    """
    claim = locked_claim(claim_id, by=by)
    if claim.state in Claim.ENDED:
        raise AlreadyEnded
    revision = unpublished_revision(claim)
    written = content.as_json()
    if revision is not None and revision.content_to_release == written:
        return revision
    if revision is None:
        last = claim.revisions.aggregate(last=Max("number"))["last"] or 0
        revision = Revision(claim=claim, number=last + 1)
    for name, value in written.items():
        setattr(revision, name, value)
    revision.add_hand(by)
    revision.made_by, revision.made_at, revision.submitted_at = by, times.now(), None
    revision.save()
    if claim.state == Claim.State.NEW:
        claim.state = Claim.State.WORKING
        claim.save(update_fields=["state"])
    _record_revision("claim.written", revision, by)
    return revision


@act(acts.SUBMIT_CLAIM)
def submit_claim(claim_id: uuid.UUID, *, by: "Officer") -> Revision:
    """Ask a second person. Raises NothingWaits when there is nothing to publish, AlreadyEnded."""
    claim = locked_claim(claim_id, by=by)
    revision = unpublished_revision(claim)
    if claim.state in Claim.ENDED:
        raise AlreadyEnded
    if revision is None or not revision.evidence:
        raise NothingWaits
    steps.submit(revision, by=by)
    _record_revision("claim.submitted", revision, by)
    return revision


@act(acts.SEND_BACK_CLAIM)
def send_back_claim(claim_id: uuid.UUID, *, reason: str, by: "Officer") -> Revision:
    """Give it back to the author with what has to change. Raises NothingWaits."""
    revision = _waiting_revision(locked_claim(claim_id, by=by))
    steps.give_back(revision, reason=reason)
    _record_revision("claim.sent_back", revision, by)
    return revision


@act(acts.PUBLISH_CLAIM)
def publish_claim(claim_id: uuid.UUID, *, seen: bytes, by: "Officer") -> Revision:
    """Publish exactly what the second person read.

    Raises NotAllowed, NothingWaits, HandInIt, TextChanged.
    """
    # Before the claim: locks that are no row's come first.
    hold_claim_numbers()
    claim = locked_claim(claim_id, by=by)
    revision = _waiting_revision(claim)
    steps.let_out(revision, seen=seen, by=by)
    if claim.number is None:
        claim.number = next_claim_number()
    claim.state, claim.published_at = Claim.State.PUBLISHED, revision.released_at
    claim.save(update_fields=["state", "number", "published_at"])
    _record_revision("claim.published", revision, by)
    return revision


def locked_claim(claim_id: uuid.UUID, *, by: "Officer") -> Claim:
    """The claim, locked, if this may be done about it. Raises NotAllowed."""
    return lock_one(Claim.objects.visible_to(by), claim_id)


def unpublished_revision(claim: Claim) -> Revision | None:
    """The text that is being written or waits; at most one."""
    return claim.revisions.filter(released_at=None).first()


def _waiting_revision(claim: Claim) -> Revision:
    revision = unpublished_revision(claim)
    if revision is None:
        raise NothingWaits
    revision.claim = claim
    return revision


def hold_claim_numbers() -> None:
    """Before any row is locked: two who publish at once go one after the other."""
    wait_for_turn(TurnLock.CLAIM_NUMBERS)


def next_claim_number() -> int:
    """Free until this transaction ends."""
    hold_claim_numbers()
    return (Claim.objects.aggregate(last=Max("number"))["last"] or 0) + 1


def _record_revision(action: str, revision: Revision, by: "Officer") -> None:
    detail = {**steps.release_detail(revision), "number": revision.number}
    record(action, by=by, on=revision, chain=unit_chain(revision.claim.unit_id), detail=detail)
