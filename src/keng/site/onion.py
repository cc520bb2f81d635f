"""The public site under an onion address: said where it helps, and served as it is.

Tor Browser reads `Onion-Location` on a page that came by https and offers the other address. Who
is there already is told nothing, and neither is anybody who sends a form: what was typed stays
where it is. Under the onion address there is no TLS and none is needed, so cookies of that host go
without `Secure`, which browsers other than Tor Browser would not send there.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "Onion-Location"


def is_onion_request(request: HttpRequest) -> bool:
    """Whether it came to the onion address, where there is no TLS."""
    if not settings.ONION_URL:
        return False
    return request.get_host().partition(":")[0] == urlsplit(settings.ONION_URL).hostname


class OnionAddress:
    """On the public site alone, and only where the operator set KENG_ONION_URL."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not settings.ONION_URL:
            return response
        if is_onion_request(request):
            for cookie in response.cookies.values():
                cookie["secure"] = ""
        elif _is_page_by_https(request, response):
            response.headers[HEADER] = settings.ONION_URL + request.get_full_path()
        return response


def _is_page_by_https(request: HttpRequest, response: HttpResponse) -> bool:
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    return is_page and request.is_secure() and request.method in {"GET", "HEAD"}
