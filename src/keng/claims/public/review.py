"""A check for machines: schema.org's ClaimReview, which search engines and fact-check tools read.

It stands in a data block: a browser runs nothing of it, so the content policy that forbids scripts
of the page's own has nothing to refuse.
"""

import json

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from keng.accounts.models import Partner
from keng.claims.models import Claim, Revision, Verdict
from keng.claims.sentences import check_url, words_for_reader
from keng.kit.languages import language_among

# From 1 to 5; what is not verified has a name and no place between true and false.
_RATING = {Verdict.FALSE: 1, Verdict.PARTLY: 3, Verdict.TRUE: 5}
# As Django's own json_script: nothing in it can end the block.
_INSIDE_A_BLOCK = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def claim_review(revisions: list[Revision]) -> SafeString:
    """The JSON of the newest of these revisions, ready to stand in the page."""
    said = json.dumps(_review(revisions[0], revisions[-1]), ensure_ascii=False, indent=1)
    return mark_safe(said.translate(_INSIDE_A_BLOCK))  # noqa: S308 -- escaped in the line above


def _review(newest: Revision, first: Revision) -> dict[str, object]:
    words = words_for_reader(newest)
    rating: dict[str, object] = {
        "@type": "Rating",
        "alternateName": str(newest.get_verdict_display()),
    }
    if value := _RATING.get(Verdict(newest.verdict)):
        rating |= {"ratingValue": value, "bestRating": 5, "worstRating": 1}
    published = (first.released_at or newest.made_at).isoformat()
    return {
        "@context": "https://schema.org",
        "@type": "ClaimReview",
        "url": check_url(newest.claim.number),
        "headline": words["question"],
        "datePublished": published,
        "dateModified": (newest.released_at or newest.made_at).isoformat(),
        "inLanguage": language_among(newest.texts),
        "claimReviewed": newest.quote,
        "itemReviewed": {"@type": "Claim", "name": newest.quote, "datePublished": published},
        "reviewRating": rating,
        "reviewBody": words["answer"],
        "author": _author_of(newest.claim),
        "citation": [each["link"] for each in newest.evidence if each["link"]],
    }


def _author_of(claim: Claim) -> dict[str, str]:
    kind = "GovernmentOrganization"
    if claim.partner is not None:
        kind = "Person" if claim.partner.kind == Partner.Kind.PERSON else "Organization"
    return {"@type": kind, "name": claim.owner, "url": settings.PUBLIC_URL}
