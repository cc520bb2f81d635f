"""A week in which whoever asked can say: it is a matter of safety or services after all."""

import datetime

from django.db.models import Q

from keng.acts.act import act
from keng.acts.locks import lock
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.claims import acts
from keng.claims.actions.errors import NothingToObject
from keng.claims.models import Asking, Claim
from keng.claims.secret_links import token_hash, unbox_words
from keng.kit import times

OBJECTION_TIME = datetime.timedelta(days=7)


def may_object_to_out_of_scope(token: str) -> bool:
    """Whether the page under this link can still bring its words back."""
    asking = Asking.objects.select_related("claim").filter(token_hash=token_hash(token)).first()
    return asking is not None and _can_object(asking, asking.claim)


@act(acts.OBJECT_TO_OUT_OF_SCOPE)
def object_to_out_of_scope(token: str) -> Claim:
    """The words are on the desk again, once. Raises NothingToObject."""
    asking = Asking.objects.filter(token_hash=token_hash(token)).first()
    if asking is None:
        raise NothingToObject
    claim = lock(Claim.objects.all()).get(pk=asking.claim_id)
    if not _can_object(asking, claim):
        raise NothingToObject
    claim.state, claim.outside, claim.words = (
        Claim.State.NEW,
        "",
        unbox_words(bytes(asking.box), token),
    )
    claim.ended_at, claim.objected_at = None, times.now()
    claim.save(update_fields=["state", "outside", "words", "ended_at", "objected_at"])
    record("claim.objected", by="resident", on=claim, chain=unit_chain(claim.unit_id))
    return claim


def _can_object(asking: Asking, claim: Claim) -> bool:
    is_outside = claim.state == Claim.State.OUT_OF_SCOPE and claim.objected_at is None
    return (
        is_outside
        and bool(asking.box)
        and claim.ended_at is not None
        and claim.ended_at > times.now() - OBJECTION_TIME
    )


def forget_askers_words(claim: Claim) -> None:
    """Nobody can bring its words back any more."""
    claim.askings.update(box=b"")


@work()
def sweep_askers_words() -> int:
    """Destroy what could still be brought back, once the week or the need is over."""
    ended = Q(
        claim__state=Claim.State.OUT_OF_SCOPE, claim__ended_at__lt=times.now() - OBJECTION_TIME
    )
    decided = Q(
        claim__state__in=[Claim.State.PUBLISHED, Claim.State.WITHDRAWN, Claim.State.ANSWERED]
    )
    return Asking.objects.exclude(box=b"").filter(ended | decided).update(box=b"")
