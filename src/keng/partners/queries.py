"""Reads of partners: what is public, what is theirs, and the little that waits for the desk."""

import hashlib
import json
import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from keng.accounts.models import Officer, Partner, PartnerMember
from keng.accounts.vouching import are_of_one_line, had_a_hand
from keng.accounts.who import COORDINATING, INVITING
from keng.kit.ids import read_id
from keng.kit.sql_names import alphabetically, by_given_name
from keng.lessons.models import Collection
from keng.partners.models import Article, KitShare, Manuscript, PartnerText
from keng.places.models import Place
from keng.warnings.models import Version
from keng.warnings.queries import current_warnings, current_warnings_for

# A view (migration 0008): what was handed in and has nobody of the partner left to read it, who had
# no hand in it. Drafts, and what one of the partner's own people can publish, are not in it.
_SELECT_WAITING = """
SELECT kind, text, content, collection_id, lesson_id, claim_id,
       id, partner_id, purpose, title, submitted_at, hands
FROM partners_waiting
WHERE unit_id = ANY(%(units)s::uuid[]) AND (%(id)s::uuid IS NULL OR id = %(id)s::uuid)
ORDER BY submitted_at"""

# What the desk may read of somebody who signs in for a partner.
_READABLE_OF_MEMBER = (
    "id",
    "partner_id",
    "username",
    "name",
    "is_active",
    "awaits_agreement",
    "made_by_id",
)


def second_people(text: PartnerText) -> list[PartnerMember]:
    """Whoever of the partner could publish it; nobody: the province's coordinator does."""
    able = PartnerMember.objects.filter(
        partner_id=text.partner_id, is_active=True, awaits_agreement=False
    )
    return list(able.exclude(pk__in=text.hands).order_by(*by_given_name()))


def may_invite(officer: Officer) -> bool:
    """Whether the officer makes partners: administrators and the provincial coordinator."""
    return INVITING.includes(officer)


def listed_partners() -> QuerySet[Partner]:
    """Those that the public finds: somebody of theirs has signed in, or something is published."""
    came = PartnerMember.objects.filter(partner=OuterRef("pk"), must_choose_password=False)
    published = Article.objects.released().filter(partner=OuterRef("pk"))
    found = Partner.objects.active().filter(Exists(came) | Exists(published))
    return found.select_related("place").order_by("kind", alphabetically())


def may_publish_for_partners(officer: Officer) -> bool:
    """Whether the officer is the second person for a partner of one."""
    return COORDINATING.includes(officer)


def partners_of(officer: Officer) -> QuerySet[Partner]:
    """Those that the officer's units invited."""
    found = Partner.objects.filter(invited_by_unit__in=INVITING.units(officer))
    return found.select_related("place").order_by(alphabetically())


def members_of(partner: Partner) -> list[PartnerMember]:
    """Who signs in for it: no more than the desk may read."""
    found = PartnerMember.objects.only(*_READABLE_OF_MEMBER).filter(partner=partner)
    return list(found.order_by("-is_active", *by_given_name()))


def has_active_member(partner: Partner) -> bool:
    """Whether somebody of the partner can sign in, and so agree to who is added."""
    able = PartnerMember.objects.filter(partner=partner, is_active=True, awaits_agreement=False)
    return able.exists()


def is_name_taken(*, name: str, username: str) -> bool:
    """Whether a partner is called that already, or somebody signs in with this name."""
    signs_in = PartnerMember.objects.filter(username=username).exists()
    return signs_in or Partner.objects.filter(name=name).exists()


def _is_of_one_hand(officer: Officer, maker: Officer) -> bool:
    """Whether the officer is no second person to who made a sign-in.

    By both rules, for making an account and for letting out a text: it is the one for the other.
    """
    return had_a_hand(officer, maker) or are_of_one_line(officer, maker)


def member_to_agree_to(member_id: uuid.UUID, officer: Officer) -> PartnerMember | None:
    """Whoever waits for an officer to agree, if this one may: with the partner, to be read."""
    found = PartnerMember.objects.only(*_READABLE_OF_MEMBER).filter(
        pk=member_id, is_active=True, awaits_agreement=True, partner__in=partners_of(officer)
    )
    member = found.first()
    if member is None or has_active_member(member.partner):
        return None
    maker = Officer.objects.get(pk=member.made_by_id) if member.made_by_id else None
    return None if maker and _is_of_one_hand(officer, maker) else member


def agreement_digest(member: PartnerMember) -> bytes:
    """SHA-256 of all that an officer answers for who agrees: the partner, and who signs in."""
    partner = member.partner
    seen = [
        *(str(key) for key in (partner.pk, member.pk, partner.place_id)),
        *(partner.name, partner.kind, partner.about, member.name, member.username),
        *partner.purposes,
    ]
    return hashlib.sha256(json.dumps(seen, ensure_ascii=False).encode()).digest()


def waiting_texts(officer: Officer) -> list[Article | Manuscript]:
    """What the province's coordinator is asked to publish, the oldest first.

    Never saved from here: the desk may change only what lets a text out or gives it back.
    """
    return _waiting_texts(officer, pk=None)


def text_waiting_at_desk(pk: uuid.UUID, officer: Officer) -> Article | Manuscript | None:
    """That one of them, if it is among them."""
    return next(iter(_waiting_texts(officer, pk=pk)), None)


def _waiting_texts(officer: Officer, *, pk: uuid.UUID | None) -> list[Article | Manuscript]:
    if not may_publish_for_partners(officer):
        return []
    units = list(COORDINATING.unit_ids(officer))
    with connection.cursor() as cursor:
        cursor.execute(_SELECT_WAITING, {"units": units, "id": pk})
        texts = [_text_of_row(row) for row in cursor.fetchall()]
    partners = Partner.objects.select_related("invited_by_unit")
    known = partners.in_bulk([text.partner_id for text in texts])
    for text in texts:
        text.partner = known[text.partner_id]
    return texts


def _text_of_row(row: Sequence[Any]) -> Article | Manuscript:
    kind, text, content, collection_id, lesson_id, claim_id, *common = row
    names = ("id", "partner_id", "purpose", "title", "submitted_at", "hands")
    shared = dict(zip(names, common, strict=True))
    if kind == "article":
        return Article(text=text, **shared)
    return Manuscript(
        kind=kind,
        # The driver leaves JSON to Django's fields, and a view has none.
        content=json.loads(content),
        collection_id=collection_id,
        lesson_id=lesson_id,
        claim_id=claim_id,
        **shared,
    )


def articles_of(member: PartnerMember) -> list[Article]:
    """Everything of the member's partner, newest first."""
    found = Article.objects.filter(partner_id=member.partner_id)
    return list(found.select_related("released_by").order_by("-id"))


def manuscripts_of(member: PartnerMember) -> list[Manuscript]:
    """What the member's partner writes beside articles, newest first, without what was thrown away.

    Of what is public only the last version of each.
    """
    found = Manuscript.objects.filter(partner_id=member.partner_id).not_dropped()
    seen: set[uuid.UUID | None] = set()
    kept = []
    for text in found.select_related("released_by").order_by("-id"):
        # A campaign has no versions: each is one of its own.
        target = text.lesson_id or text.claim_id or text.pk
        if text.released_at and target in seen:
            continue
        if text.released_at:
            seen.add(target)
        kept.append(text)
    return kept


def collections_of(member: PartnerMember) -> list[Collection]:
    """Those that the partner opened itself."""
    own = Collection.objects.filter(partner_id=member.partner_id, made_by=None)
    return list(own.order_by("-id"))


def people_of(member: PartnerMember) -> list[PartnerMember]:
    """Who signs in for the member's partner, or did, the newest first."""
    found = PartnerMember.objects.filter(partner_id=member.partner_id)
    return list(found.order_by("-id"))


def is_only_member(member: PartnerMember) -> bool:
    """Whether nobody else signs in for the partner."""
    others = PartnerMember.objects.filter(
        partner_id=member.partner_id, is_active=True, awaits_agreement=False
    )
    return not others.exclude(pk=member.pk).exists()


def articles_near(place: Place, *, limit: int = 3) -> list[Article]:
    """The newest articles of partners of this place, of its province and of the whole site."""
    around = [place.pk, *([place.parent_id] if place.parent_id else [])]
    found = Article.objects.public().filter(Q(partner__place__in=around) | Q(partner__place=None))
    return list(found[:limit])


def kit_warnings(partner: Partner, *, limit: int = 5) -> list[Version]:
    """The warnings to pass on: of the partner's place, or of everywhere."""
    if partner.place is None:
        return current_warnings(limit=limit)
    return current_warnings_for("", partner.place, limit=limit)


def shared_version(written: str) -> Version | None:
    """What somebody says to have passed on: also what was taken back while their page was open."""
    key = read_id(written)
    return Version.objects.ever_released().filter(pk=key).first() if key else None


def kit_shares_of(partner: Partner) -> dict[uuid.UUID, int]:
    """In how many groups the partner passed each warning on, in all communes together."""
    shares = KitShare.objects.filter(partner=partner).values("version")
    return {row["version"]: row["all"] for row in shares.annotate(all=Sum("groups"))}


def kit_reach(partner: Partner) -> tuple[int, int]:
    """How many warnings, and in how many groups together; for the partner's own eyes."""
    shares = KitShare.objects.filter(partner=partner)
    counted = shares.aggregate(warnings=Count("version", distinct=True), groups=Sum("groups"))
    return counted["warnings"], counted["groups"] or 0
