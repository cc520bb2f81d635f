"""Reads of claims: what the public sees, what was asked before, what waits at the desk."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, QuerySet

from keng.claims.matching import Match, best_matches
from keng.claims.models import Asking, Claim, Revision
from keng.claims.secret_links import token_hash, unbox_words
from keng.releases.hands import name_hands

if TYPE_CHECKING:
    import uuid

    from keng.accounts.models import Officer, Partner

# As many as are compared: beyond them a claim is old enough to be checked again.
_MOST_COMPARED = 1500


def _newest_revisions() -> QuerySet[Revision]:
    later = Revision.objects.filter(
        claim=OuterRef("claim"), released_at__isnull=False, number__gt=OuterRef("number")
    )
    return (
        Revision.objects.released()
        .filter(~Exists(later), claim__in=Claim.objects.public())
        .select_related("claim__unit", "claim__partner")
        .order_by("-released_at", "-id")
    )


def _standing_checks() -> QuerySet[Revision]:
    return _newest_revisions().filter(claim__state=Claim.State.PUBLISHED)


def published_checks(limit: int = 500) -> list[Revision]:
    """The text of each check that stands, newest first; without the evidence, which is long."""
    return list(_standing_checks().defer("evidence")[:limit])


def count_published_checks() -> int:
    """How many checks stand."""
    return _standing_checks().count()


def page_of_published_checks(number: int, size: int) -> list[Revision]:
    """So many of them, with their evidence; the first page is 1."""
    return list(_standing_checks()[(number - 1) * size : number * size])


def checks_published_by(partner: "Partner", limit: int = 50) -> list[Revision]:
    """What a partner checked under its own name."""
    standing = _newest_revisions().filter(
        claim__state=Claim.State.PUBLISHED, claim__partner=partner
    )
    return list(standing[:limit])


def recent_checks(limit: int = 3) -> list[Revision]:
    """For the home page."""
    return page_of_published_checks(1, limit)


def public_revisions(number: int | None) -> list[Revision]:
    """All published revisions of a check, newest first; none when there is no such page."""
    return list(
        Revision.objects.released()
        .filter(claim__number=number, claim__in=Claim.objects.public())
        .select_related("claim__unit", "claim__partner")
        .order_by("-number")
    )


def claim_under(token: str) -> Claim | None:
    """The claim behind a secret link."""
    found = (
        Asking.objects.filter(token_hash=token_hash(token)).select_related("claim__same_as").first()
    )
    return found.claim if found else None


def askers_words_under(token: str) -> str:
    """What was asked under a secret link itself, also where it joined what another one asked."""
    found = Asking.objects.filter(token_hash=token_hash(token)).first()
    return unbox_words(bytes(found.box), token) if found else ""


def published_checks_like(words: str, *, most: int = 3) -> list[Match[Revision]]:
    """Checks that may answer it; compared with how others asked the same thing as well."""
    checks = published_checks(_MOST_COMPARED)
    asked: dict[uuid.UUID, list[str]] = {}
    same = Claim.objects.filter(same_as__in=[check.claim_id for check in checks])
    for check_id, said in same.values_list("same_as", "words")[: 2 * _MOST_COMPARED]:
        if check_id is not None:
            asked.setdefault(check_id, []).append(said)
    known = ((check, [*_texts_of(check), *asked.get(check.claim_id, ())]) for check in checks)
    return best_matches(words, known, most=most)


def open_claim_like(words: str) -> "uuid.UUID | None":
    """The claim most like it that others asked and that is being checked.

    Only that there is one can be shown: neither the words of whoever asked nor an officer's draft
    was read by a second person.
    """
    asked = Claim.objects.filter(state__in=Claim.OPEN, about=None).order_by("-id")
    found = best_matches(words, ((c, [c.words]) for c in asked[:_MOST_COMPARED]), most=1)
    return found[0].item.pk if found else None


def _texts_of(check: Revision) -> list[str]:
    return [
        check.quote,
        check.claim.words,
        *(text[part] for text in check.texts.values() for part in ("question", "answer")),
    ]


@dataclass(frozen=True, slots=True)
class DeskClaimLists:
    """The desk's page of claims."""

    new: QuerySet[Claim]
    working: list[Revision]
    waiting: list[Revision]
    published: QuerySet[Revision]
    withdrawn: int
    outside: list[tuple[str, int]]


def desk_claim_lists(officer: "Officer") -> DeskClaimLists:
    """What was asked, what is written, what waits for a second person, what is out."""
    claims = Claim.objects.visible_to(officer)
    new = claims.filter(state=Claim.State.NEW).select_related("about")
    drafts = list(
        Revision.objects.visible_to(officer)
        .filter(released_at=None)
        .select_related("claim")
        .order_by("-made_at")
    )
    name_hands(drafts)
    for draft in drafts:
        draft.is_own = draft.has_hand_of(officer)
    out = _newest_revisions().filter(claim__in=claims.filter(state=Claim.State.PUBLISHED))
    outside = claims.filter(state=Claim.State.OUT_OF_SCOPE).values_list("outside")
    labels = dict(Claim.Outside.choices)
    return DeskClaimLists(
        new.annotate(asked=Count("askings")).order_by("-asked", "received_at", "pk"),
        [draft for draft in drafts if not draft.is_waiting],
        [draft for draft in drafts if draft.is_waiting],
        out.annotate(again=Count("claim__asked_again")),
        claims.filter(state=Claim.State.WITHDRAWN).count(),
        [
            (str(labels[why]), count)
            for why, count in outside.annotate(n=Count("pk")).order_by("-n")
        ],
    )
