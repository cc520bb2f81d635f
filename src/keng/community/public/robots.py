"""What programs ask for: robots.txt and the icon."""

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.templatetags.static import static
from django.urls import reverse

# Pages that belong to one person: no search engine needs them.
_NOT_FOR_ENGINES = ("report", "status", "receipt", "share", "calendar")


def robots(request: HttpRequest) -> HttpResponse:
    """Warnings may be found by everybody; reports by nobody."""
    lines = ["User-agent: *", *(f"Disallow: {reverse(name)}" for name in _NOT_FOR_ENGINES)]
    lines += ["Disallow: /partner/", "Disallow: /r/", "Disallow: /relay/", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def favicon(request: HttpRequest) -> HttpResponse:
    """Old browsers ask for this address and no other."""
    return HttpResponsePermanentRedirect(static("keng/mark.svg"))
