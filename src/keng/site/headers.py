"""Response headers that both sites share."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

CONTENT_POLICY = (
    "default-src 'none'; object-src 'none'; style-src 'self'; script-src 'self'; "
    "img-src 'self' data:; media-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
ALLOWED_METHODS = ("GET", "HEAD", "POST", "OPTIONS")


class SecurityHeaders:
    """A strict content policy everywhere; nothing is stored by caches unless a view says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Any other method, as TRACE, would be answered like GET by views that name none.
        known = request.method in ALLOWED_METHODS
        response = self.get_response(request) if known else HttpResponseNotAllowed(ALLOWED_METHODS)
        response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        if "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]:
            # The policy says the same; old browsers know only this one.
            response.headers["X-Frame-Options"] = "DENY"
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy", "geolocation=(), camera=(), microphone=()"
        )
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response
