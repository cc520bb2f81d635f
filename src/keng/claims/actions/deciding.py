"""Ending a claim without a new check: it is another one, it is none of ours, or ours was wrong."""

import uuid
from typing import TYPE_CHECKING

from keng.accounts.vouching import tied_to
from keng.acts.act import act
from keng.audit.actions import record, unit_chain
from keng.claims import acts
from keng.claims.actions.errors import AlreadyEnded, NotPublished, YourOwn
from keng.claims.actions.objections import forget_askers_words
from keng.claims.actions.writing import locked_claim, unpublished_revision
from keng.claims.models import Claim
from keng.kit import times

if TYPE_CHECKING:
    from keng.accounts.models import Officer


@act(acts.ANSWER_CLAIM_WITH)
def answer_claim_with(claim_id: uuid.UUID, *, check: uuid.UUID | None, by: "Officer") -> Claim:
    """It is what an earlier check answers: whoever asked is led there.

    Raises NotAllowed, AlreadyEnded, YourOwn, NotPublished.
    """
    claim = _locked_open_claim(claim_id, by)
    same = Claim.objects.answering(by).filter(pk=check).first() if check else None
    if same is None:
        raise NotPublished
    claim.state, claim.same_as, claim.ended_at = Claim.State.ANSWERED, same, times.now()
    claim.save(update_fields=["state", "same_as", "ended_at"])
    claim.revisions.all().delete()
    detail = {"check": str(same.pk)}
    record("claim.answered", by=by, on=claim, chain=unit_chain(claim.unit_id), detail=detail)
    return claim


@act(acts.PUT_CLAIM_OUT_OF_SCOPE)
def put_claim_out_of_scope(claim_id: uuid.UUID, *, why: str, by: "Officer") -> Claim:
    """None of the police's business: its words leave the desk at once, with the check.

    What stays is a row without words, which the page of whoever asked and a count need. For a week
    that page alone can bring the words back, once (objections); then another officer decides, and
    that is final. Raises NotAllowed, AlreadyEnded, YourOwn.
    """
    claim = _locked_open_claim(claim_id, by)
    claim.state, claim.outside, claim.words = Claim.State.OUT_OF_SCOPE, why, ""
    claim.about, claim.outside_by, claim.ended_at = None, by, times.now()
    claim.save(update_fields=["state", "outside", "outside_by", "words", "about", "ended_at"])
    claim.revisions.all().delete()
    if claim.objected_at is not None:
        forget_askers_words(claim)
    detail = {"why": why}
    record("claim.out_of_scope", by=by, on=claim, chain=unit_chain(claim.unit_id), detail=detail)
    return claim


@act(acts.WITHDRAW_CLAIM)
def withdraw_claim(claim_id: uuid.UUID, *, reason: str, by: "Officer") -> Claim:
    """Take a check back, at once and by one person: the page stays, with the reason.

    Only for one of the fixed reasons, so that nobody publishes words of their own this way.
    Raises NotAllowed, NotPublished.
    """
    why = Claim.TakenBack(reason)
    claim = locked_claim(claim_id, by=by)
    if claim.state != Claim.State.PUBLISHED:
        raise NotPublished
    if (draft := unpublished_revision(claim)) is not None:
        draft.delete()
    claim.state, claim.withdrawn_code, claim.ended_at = Claim.State.WITHDRAWN, why, times.now()
    claim.save(update_fields=["state", "withdrawn_code", "ended_at"])
    detail = {"why": reason}
    record("claim.withdrawn", by=by, on=claim, chain=unit_chain(claim.unit_id), detail=detail)
    return claim


def _locked_open_claim(claim_id: uuid.UUID, by: "Officer") -> Claim:
    claim = locked_claim(claim_id, by=by)
    if claim.state not in Claim.OPEN:
        raise AlreadyEnded
    if claim.objected_at is not None and claim.outside_by_id in tied_to(by):
        raise YourOwn
    return claim
