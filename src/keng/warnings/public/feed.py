"""The Atom feed (RFC 4287) of the warnings that hold, for readers, newspapers and other sites."""

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

from keng.kit import times
from keng.language import taxonomy
from keng.warnings import queries
from keng.warnings.models import Version
from keng.warnings.wording import url_of

_MOST = 50


@require_safe
def atom(request: HttpRequest) -> HttpResponse | HttpResponseNotModified:
    """The feed, in Vietnamese: the same bytes until something changes, so asking is cheap."""
    with override("vi"):
        body = _feed(queries.current(_MOST)).encode()
    # By content and not by date: a recalled warning leaves the feed and makes it no younger.
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


def _feed(found: list[Version]) -> str:
    feed = _Steady(
        title=_("Warnings"), link=f"{settings.PUBLIC_URL}/warnings", language="vi",
        description=_("Warnings of the police desk in force today"),
        feed_url=f"{settings.PUBLIC_URL}/warnings/feed.atom", author_name="Kẻng",
    )  # fmt: skip
    for version in found:
        words, address = version.texts["vi"], url_of(version.verify_code.code)
        feed.add_item(
            title=words["title"], link=address, unique_id=address,
            description="\n".join(words[part] for part in ("what", "signs", "act", "call")),
            author_name=version.warning.unit.name, pubdate=version.published_at,
            updateddate=version.published_at, categories=[taxonomy.label(version.category)],
        )  # fmt: skip
    return str(feed.writeString("utf-8"))
