"""The Atom feed of the checks that stand, for readers, newspapers and other sites."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keng.claims import queries
from keng.claims.sentences import check_url
from keng.kit import feeds


@require_safe
def claims_feed(request: HttpRequest) -> HttpResponse | HttpResponseNotModified:
    """The newest checks with their verdicts."""
    return feeds.feed_response(request, _built_feed)


def _built_feed() -> feeds.SteadyFeed:
    feed = feeds.SteadyFeed(
        title=_("Checked rumours"),
        link=f"{settings.PUBLIC_URL}/claims",
        language="vi",
        description=_("Claims about safety and services, checked with their sources"),
        feed_url=f"{settings.PUBLIC_URL}/claims/feed.atom",
        author_name="Kẻng",
    )
    for check in queries.published_checks(feeds.MOST_FEED_ENTRIES):
        words = check.texts["vi"]
        feed.add(
            address=check_url(check.claim.number),
            at=check.released_at,
            title=words["question"],
            description=f"{check.get_verdict_display()}. {words['answer']}",
            author_name=check.claim.owner,
            category=check.get_topic_display(),
        )
    return feed
