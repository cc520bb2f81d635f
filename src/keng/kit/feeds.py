"""An Atom feed (RFC 4287) that is the same to the byte until something in it changes."""

import datetime
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import quote_etag
from django.utils.translation import override

from keng.kit import times

# So many entries at most.
MOST_FEED_ENTRIES = 50


@dataclass(frozen=True, slots=True)
class FeedLink:
    """Another form of an entry."""

    address: str
    mime: str
    rel: str = "alternate"


class SteadyFeed(Atom1Feed):
    """An empty feed has a date of its own, too, and not that of each request."""

    def latest_post_date(self) -> datetime.datetime:
        dates: list[datetime.datetime] = [item["updateddate"] for item in self.items]
        return max(dates, default=datetime.datetime(2025, 7, 1, tzinfo=times.VIETNAM))

    def add(
        self,
        *,
        address: str,
        at: datetime.datetime | None,
        category: str,
        links: Sequence[FeedLink] = (),
        **words: Any,
    ) -> None:
        """One entry, known by its address; `links` lead to other forms of it."""
        self.add_item(
            link=address,
            unique_id=address,
            pubdate=at,
            updateddate=at,
            categories=[category],
            links=links,
            **words,
        )

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        for link in item["links"]:
            attributes = {"rel": link.rel, "type": link.mime, "href": link.address}
            handler.addQuickElement("link", "", attributes)


def feed_response(
    request: HttpRequest, make: Callable[[], SteadyFeed]
) -> HttpResponse | HttpResponseNotModified:
    """The feed, in Vietnamese; asking again is cheap."""
    with override("vi"):
        body = str(make().writeString("utf-8")).encode()
    # By content and not by date: what is taken back leaves the feed and makes it no younger.
    etag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    answer = get_conditional_response(request, etag=etag)
    response = answer or HttpResponse(body, content_type="application/atom+xml; charset=utf-8")
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=60"
    return response
