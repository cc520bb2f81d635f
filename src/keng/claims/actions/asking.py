"""A claim comes in: from anybody, without an account, or from an officer who came across it."""

import datetime
import uuid
from typing import TYPE_CHECKING

from django.db import models

from keng.acts.act import act
from keng.acts.errors import Refused
from keng.acts.work import permit_anywhere, permit_over
from keng.audit.actions import record, unit_chain
from keng.claims import acts
from keng.claims.matching import same_words
from keng.claims.models import Asking, Claim
from keng.claims.redact_claims import redact_claim
from keng.claims.rights import units_checked_by
from keng.claims.secret_links import box_words, token_hash
from keng.kit import times
from keng.kit.codes import new_token
from keng.places.models import Unit
from keng.places.serving import first_province_unit

if TYPE_CHECKING:
    from keng.accounts.models import Officer

LONGEST_CLAIM = 1500
# More new claims in an hour than a desk could read in a day: whoever floods it floods only this.
MOST_AN_HOUR = 60
# Links to one open claim: more than a province asks about one rumour. Links carry no time.
MOST_LINKS_TO_ONE = 3000


class TooManyClaims(Refused):
    """So many came in this hour, or hang on this claim, that no more are taken."""


@act(acts.ASK_CLAIM)
def ask_claim(words: str, *, about: int | None = None, same_as: uuid.UUID | None = None) -> str:
    """Keep a claim, or join an open one; returns the secret of the page that tells the answer.

    The same words as an open claim are that claim. `same_as` is the open one that whoever asks
    pointed at; `about` the number of the check whose page it was sent from. Raises TooManyClaims.
    """
    open_ones = Claim.objects.filter(state__in=Claim.OPEN)
    claim = open_ones.filter(pk=same_as).first() if same_as else None
    if claim is None:
        claim = _open_claim_in_same_words(open_ones, words) if about is None else None
    if claim is None:
        hour = times.now() - datetime.timedelta(hours=1)
        if open_ones.filter(received_at__gt=hour).count() >= MOST_AN_HOUR:
            raise TooManyClaims
        claim = Claim.objects.create(
            unit=first_province_unit(),
            words=redact_claim(words[:LONGEST_CLAIM]).text,
            about=Claim.objects.public().filter(number=about).first() if about else None,
        )
    elif claim.askings.count() >= MOST_LINKS_TO_ONE:
        raise TooManyClaims
    token = new_token()
    box = box_words(redact_claim(words[:LONGEST_CLAIM]).text, token)
    Asking.objects.create(token_hash=token_hash(token), claim=claim, box=box)
    return token


def _open_claim_in_same_words(open_ones: models.QuerySet[Claim], words: str) -> Claim | None:
    kept = redact_claim(words[:LONGEST_CLAIM]).text
    return next((c for c in open_ones.filter(about=None)[:500] if same_words(c.words, kept)), None)


@act(acts.ADD_CLAIM)
def add_claim(words: str, *, by: "Officer") -> Claim:
    """An officer writes down what goes round. Raises NotAllowed."""
    permit_anywhere()
    unit = Unit.objects.filter(pk__in=units_checked_by(by)).order_by("id")[:1].get()
    permit_over(unit.pk)
    claim = Claim.objects.create(unit=unit, words=redact_claim(words[:LONGEST_CLAIM]).text)
    record("claim.added", by=by, on=claim, chain=unit_chain(unit.pk))
    return claim
