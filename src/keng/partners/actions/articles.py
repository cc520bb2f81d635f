"""Articles: written here, read by a second person and published (releasing)."""

import uuid
from functools import partial

from keng.accounts.models import PartnerMember
from keng.acts.act import act
from keng.acts.locks import lock_one
from keng.acts.work import permit_over
from keng.kit import times
from keng.partners import acts
from keng.partners.actions import releasing
from keng.partners.actions.releasing import lock_unpublished, record_in_partner_chain
from keng.partners.errors import NotTheirPurpose
from keng.partners.models import Article
from keng.releases import steps

submit_article = partial(releasing.submit_partner_text, Article)
publish_article = partial(releasing.publish_partner_text, Article)
give_back_article = partial(releasing.give_back_partner_text, Article)

__all__ = [
    "NotTheirPurpose",
    "give_back_article",
    "publish_article",
    "submit_article",
    "withdraw_article",
    "write_article",
]


@act(acts.WRITE_ARTICLE)
def write_article(
    *, purpose: str, title: str, text: str, pk: uuid.UUID | None = None, by: PartnerMember
) -> Article:
    """A new draft, or other words in one that is not published. What was handed in before is a
    draft again. Raises NotAllowed, NotTheirPurpose.
    """
    permit_over(by.partner_id)
    if purpose not in by.partner.purposes:
        raise NotTheirPurpose
    article = lock_unpublished(Article, pk, by=by) if pk else Article(partner=by.partner)
    article.purpose, article.title, article.text = purpose, title, text
    article.add_hand(by)
    article.written_at, article.submitted_at = times.now(), None
    article.save()
    record_in_partner_chain("article.written", by, article)
    return article


@act(acts.WITHDRAW_ARTICLE)
def withdraw_article(pk: uuid.UUID, *, by: PartnerMember) -> Article:
    """Off the public pages; any member may. Raises NotAllowed."""
    own = Article.objects.released().filter(partner_id=by.partner_id)
    article = lock_one(own, pk, owner="partner_id")
    steps.end(article)
    record_in_partner_chain("article.withdrawn", by, article)
    return article
