"""The Atom feed (RFC 4287) of the checks that stand, for readers, newspapers and other sites."""

import datetime
import hashlib

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from keng.claims import queries
from keng.claims.models import Revision
from keng.claims.wording import url_of
from keng.kit import times

_MOST = 50


@require_safe
def atom(request: HttpRequest) -> HttpResponse | HttpResponseNotModified:
    """The feed, in Vietnamese: the same bytes until something changes, so asking is cheap."""
    with override("vi"):
        body = _feed(queries.published(_MOST)).encode()
    # By content and not by date: a withdrawn check leaves the feed and makes it no younger.
    etag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    answer = get_conditional_response(request, etag=etag)
    response = answer or HttpResponse(body, content_type="application/atom+xml; charset=utf-8")
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=60"
    return response


class _Steady(Atom1Feed):
    """An empty feed has a date of its own, too, and not that of each request."""

    def latest_post_date(self) -> datetime.datetime:
        dates = [item["updateddate"] for item in self.items]
        return max(dates, default=datetime.datetime(2025, 7, 1, tzinfo=times.VIETNAM))


def _feed(found: list[Revision]) -> str:
    feed = _Steady(
        title=_("Checked rumours"), link=f"{settings.PUBLIC_URL}/claims", language="vi",
        description=_("Claims about safety and services, checked with their sources"),
        feed_url=f"{settings.PUBLIC_URL}/claims/feed.atom", author_name="Kẻng",
    )  # fmt: skip
    for check in found:
        words, address = check.texts["vi"], url_of(check.claim.number)
        feed.add_item(
            title=words["question"], link=address, unique_id=address,
            description=f"{check.get_verdict_display()}. {words['answer']}",
            author_name=check.claim.unit.name, pubdate=check.published_at,
            updateddate=check.published_at, categories=[check.get_topic_display()],
        )  # fmt: skip
    return str(feed.writeString("utf-8"))
