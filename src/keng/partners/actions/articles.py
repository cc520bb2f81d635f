"""Articles: written here, read by a second person and published (releasing)."""

import uuid
from functools import partial

from django.db import transaction

from keng.accounts.models import PartnerMember
from keng.kit import times
from keng.partners.actions import releasing
from keng.partners.actions.releasing import (
    give_back_to_partner,
    lock_unpublished,
    publish_for_partner,
    record_in_partner_chain,
)
from keng.partners.errors import MadeTheSignIn, NeedsASecondPerson, NotTheirPurpose, NotTheirs
from keng.partners.models import Article

submit_article = partial(releasing.submit_partner_text, Article)
publish_article = partial(releasing.publish_partner_text, Article)
give_back_article = partial(releasing.give_back_partner_text, Article)

__all__ = [
    "MadeTheSignIn",
    "NeedsASecondPerson",
    "NotTheirPurpose",
    "NotTheirs",
    "give_back_article",
    "give_back_to_partner",
    "publish_article",
    "publish_for_partner",
    "submit_article",
    "withdraw_article",
    "write_article",
]


@transaction.atomic
def write_article(
    member: PartnerMember, *, purpose: str, title: str, text: str, pk: uuid.UUID | None = None
) -> Article:
    """A new draft, or other words in one that is not published. Raises NotTheirs, NotTheirPurpose.

    What was handed in before is a draft again.
    """
    if purpose not in member.partner.purposes:
        raise NotTheirPurpose
    article = lock_unpublished(Article, member, pk) if pk else Article(partner=member.partner)
    article.purpose, article.title, article.text = purpose, title, text
    article.add_hand(member)
    article.written_by, article.written_at, article.submitted_at = member, times.now(), None
    article.save()
    record_in_partner_chain("article.written", member, article)
    return article


@transaction.atomic
def withdraw_article(pk: uuid.UUID, *, by: PartnerMember) -> Article:
    """Off the public pages; any member may. Raises NotTheirs."""
    found = Article.objects.select_for_update(no_key=True, of=("self",)).filter(
        partner_id=by.partner_id, pk=pk
    )
    article = found.filter(published_at__isnull=False, withdrawn_at=None).first()
    if article is None:
        raise NotTheirs
    article.withdrawn_at = times.now()
    article.save(update_fields=["withdrawn_at"])
    record_in_partner_chain("article.withdrawn", by, article)
    return article
