"""Checks that a partner's own people wrote and released: they appear here, and are taken back.

Steps of the partner's acts, in their transaction and with their text locked.
Who wrote and who released them is the partner's business (partners.actions); so is the record.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import Max

from keng.accounts.models import Partner
from keng.acts.locks import lock
from keng.claims.actions.errors import NotPublished
from keng.claims.actions.writing import next_claim_number
from keng.claims.models import CONTENT_FIELDS, Claim, Revision
from keng.kit import times


def unsaved_revision(content: Mapping[str, Any]) -> Revision:
    """What was written (content.CheckContent.as_json), as a revision that is kept nowhere yet."""
    return Revision(number=1, **{part: content[part] for part in CONTENT_FIELDS})


def publish_for_partner(
    content: Mapping[str, Any], *, partner: Partner, claim_id: uuid.UUID | None
) -> Revision:
    """A check, or the correction of one that stands. Raises NotPublished."""
    now, revision = times.now(), unsaved_revision(content)
    if claim_id is None:
        claim = Claim(
            unit_id=partner.invited_by_unit_id, partner=partner, number=next_claim_number()
        )
    else:
        claim = _locked_standing_claim(claim_id, partner)
    claim.state, claim.published_at = Claim.State.PUBLISHED, now
    if claim_id is None:
        claim.save(force_insert=True)
    else:
        claim.save(update_fields=["published_at"])
    last = claim.revisions.aggregate(last=Max("number"))["last"] or 0
    revision.claim, revision.number = claim, last + 1
    revision.made_at = revision.submitted_at = revision.released_at = now
    revision.digest = revision.digest_now
    revision.save(force_insert=True)
    return revision


def withdraw_for_partner(claim_id: uuid.UUID, *, partner: Partner, reason: str) -> None:
    """The page stays, with one of the fixed reasons. Raises NotPublished."""
    why = Claim.TakenBack(reason)
    claim = _locked_standing_claim(claim_id, partner)
    claim.state, claim.withdrawn_code, claim.ended_at = Claim.State.WITHDRAWN, why, times.now()
    claim.save(update_fields=["state", "withdrawn_code", "ended_at"])


def _locked_standing_claim(claim_id: uuid.UUID, partner: Partner) -> Claim:
    standing = Claim.objects.filter(partner=partner, state=Claim.State.PUBLISHED)
    claim = lock(standing).filter(pk=claim_id).first()
    if claim is None:
        raise NotPublished
    return claim
