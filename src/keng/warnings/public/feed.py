"""The Atom feed of the warnings that hold, for readers, newspapers and other sites."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keng.kit import feeds
from keng.language import taxonomy
from keng.warnings import queries
from keng.warnings.content import CHANGE_NOTE, CONSEQUENCE, WARNING_PARTS
from keng.warnings.outgoing_text import warning_url
from keng.warnings.public.cap_pages import cap_links
from keng.warnings.public.feed_filter import FeedFilter


@require_safe
def warnings_feed(request: HttpRequest) -> HttpResponse | HttpResponseNotModified:
    """The newest warnings, each whole; of a place and about a topic, if the address says so."""
    asked = FeedFilter.of_request(request)
    return feeds.feed_response(request, lambda: _current_feed(asked))


def _lines(words: dict[str, str]) -> list[str]:
    """Its parts; of a correction first what it changes and why."""
    note = words.get(CHANGE_NOTE, "")
    what, *others = (words[part] for part in WARNING_PARTS)
    parts = [what, *filter(None, [words.get(CONSEQUENCE)]), *others]
    return [_("Correction: %s") % note, *parts] if note else parts


def _current_feed(asked: FeedFilter) -> feeds.SteadyFeed:
    feed = feeds.SteadyFeed(
        title=_("Warnings"),
        link=f"{settings.PUBLIC_URL}/warnings",
        language="vi",
        description=_("Warnings of the police desk in force today"),
        feed_url=f"{settings.PUBLIC_URL}/warnings/feed.atom{asked.query}",
        author_name="Kẻng",
    )
    found = queries.current_warnings_for(asked.topic, asked.place, limit=feeds.MOST_FEED_ENTRIES)
    messages = queries.cap_messages_of(found)
    for version in found:
        message = messages.get(version.pk)
        words = version.texts["vi"]
        feed.add(
            address=warning_url(version.verify_code.code),
            at=version.released_at,
            title=words["title"],
            description="\n".join(_lines(words)),
            author_name=version.warning.unit.name,
            category=taxonomy.category_label(version.category),
            links=cap_links(message) if message else (),
        )
    return feed
