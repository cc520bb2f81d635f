"""The public summary on the public site: a note and a file, from one stored row, for programs."""

import hashlib
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from keng.reports.models import PublicSummary

_KEPT_FOR = "public, max-age=300"


@require_safe
def summary_note(request: HttpRequest) -> HttpResponse | HttpResponseNotModified:
    """The note as it was signed."""
    return _file(request, _stored("note").encode())


@require_safe
def summary_listings(request: HttpRequest) -> HttpResponse | HttpResponseNotModified:
    """The hashes that the note names by their digest."""
    return _file(request, bytes(_stored("listings")))


def _stored(column: str) -> Any:
    """What the worker made last; of the note nobody waits for the listings."""
    if not settings.SUMMARY_PROVINCE:
        raise Http404
    found = PublicSummary.objects.exclude(note="").values_list(column, flat=True).first()
    if found is None:
        raise Http404
    return found


def _file(request: HttpRequest, body: bytes) -> HttpResponse | HttpResponseNotModified:
    etag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    response = get_conditional_response(request, etag=etag) or HttpResponse(
        body, content_type="text/plain; charset=utf-8"
    )
    response["ETag"] = etag
    response["Cache-Control"] = _KEPT_FOR
    # Pages and programs of others read it, too.
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
