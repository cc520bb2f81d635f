"""CAP for programs: each message with its signature, the key, and an Atom feed of the messages."""

import hashlib

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keng.kit import feeds
from keng.warnings import queries
from keng.warnings.cap_document import MIME_TYPE
from keng.warnings.cap_signature import MIME_TYPE_OF_SIGNATURE, key_of_signature
from keng.warnings.models import CapMessage
from keng.warnings.public.feed_filter import FeedFilter

_KEPT_FOR = "public, max-age=3600"


@require_safe
def cap_message(request: HttpRequest, identifier: str) -> HttpResponse | HttpResponseNotModified:
    """One message as it was signed: it never changes."""
    found = get_object_or_404(CapMessage, identifier=identifier)
    return _file(request, found.xml, MIME_TYPE)


@require_safe
def cap_signature(request: HttpRequest, identifier: str) -> HttpResponse | HttpResponseNotModified:
    """The detached signature beside it."""
    found = get_object_or_404(CapMessage, identifier=identifier)
    return _file(request, found.signature, MIME_TYPE_OF_SIGNATURE)


@require_safe
def cap_keys(request: HttpRequest) -> JsonResponse:
    """The key that the newest message is signed with (a JWK set)."""
    newest = CapMessage.objects.order_by("-sent_at").first()
    if newest is None:
        raise Http404
    response = JsonResponse({"keys": [key_of_signature(newest.signature)]})
    response["Cache-Control"] = _KEPT_FOR
    return response


@require_safe
def cap_feed(request: HttpRequest) -> HttpResponse | HttpResponseNotModified:
    """The newest messages, what takes a warning back among them."""
    asked = FeedFilter.of_request(request)
    return feeds.feed_response(request, lambda: _feed_of_messages(asked))


def cap_url(identifier: str) -> str:
    """The address of a message."""
    return f"{settings.PUBLIC_URL}/cap/{identifier}.xml"


def cap_links(message: CapMessage) -> list[feeds.FeedLink]:
    """The message and its signature, as links of a feed's entry."""
    address = cap_url(message.identifier)
    return [
        feeds.FeedLink(address, MIME_TYPE),
        feeds.FeedLink(f"{address}.jws", MIME_TYPE_OF_SIGNATURE, rel="related"),
    ]


def _feed_of_messages(asked: FeedFilter) -> feeds.SteadyFeed:
    feed = feeds.SteadyFeed(
        title=_("Warnings (CAP)"),
        link=f"{settings.PUBLIC_URL}/warnings",
        language="vi",
        description=_("Each warning, each correction and each recall as a CAP file"),
        feed_url=f"{settings.PUBLIC_URL}/cap/feed.atom{asked.query}",
        author_name="Kẻng",
    )
    found = queries.recent_cap_messages(asked.place, asked.topic)
    for message in found[: feeds.MOST_FEED_ENTRIES]:
        version = message.version
        feed.add(
            address=cap_url(message.identifier),
            at=message.sent_at,
            title=f"{message.get_kind_display()}: {version.texts['vi']['title']}",
            description=version.texts["vi"]["act"],
            author_name=version.warning.unit.name,
            category=message.kind,
            links=cap_links(message),
        )
    return feed


def _file(request: HttpRequest, content: str, mime: str) -> HttpResponse | HttpResponseNotModified:
    body = content.encode()
    etag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    response = get_conditional_response(request, etag=etag) or HttpResponse(
        body, content_type=f"{mime}; charset=utf-8"
    )
    response["ETag"] = etag
    response["Cache-Control"] = _KEPT_FOR
    # Pages and programs of others read it, too.
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
