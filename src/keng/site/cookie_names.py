"""The names under which browsers keep our cookies behind TLS.

`__Host-` makes the browser refuse what a neighbour under the same domain, or somebody on a line in
clear, would put in place of one of ours; `__Secure-` is left for a cookie that is sent to some
pages only. The code calls a cookie by its own name. Without TLS, on one's own machine or under the
onion address, no name has a prefix: browsers would not keep it.
"""

from collections.abc import Callable, Mapping
from http.cookies import SimpleCookie
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.http.cookie import parse_cookie

from keng.kit.exit_mark import EXIT_MARK
from keng.site.onion import is_onion_request

_HOST, _SECURE = "__Host-", "__Secure-"
_OURS = "keng_"


class CookieNames:
    """Takes the prefix off what comes, and puts it on what leaves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.BEHIND_TLS or is_onion_request(request):
            return self.get_response(request)
        request.COOKIES = _without_prefixes(request.META.get("HTTP_COOKIE", ""))
        response = self.get_response(request)
        response.cookies = _with_prefixes(response.cookies)
        return response


def cookies_of_request(environ: dict[str, Any]) -> Mapping[str, str]:
    """By our own names, of a request that Django has not seen yet."""
    request = WSGIRequest(environ)
    if settings.BEHIND_TLS and not is_onion_request(request):
        return _without_prefixes(environ.get("HTTP_COOKIE", ""))
    return request.COOKIES


def _without_prefixes(header: str) -> dict[str, str]:
    """By our own names; one of ours that came without its prefix is left out.

    But the mark of quick exit: whoever sets it keeps nobody's words, and an exit never fails.
    """
    cookies = {}
    for name, value in parse_cookie(header).items():
        own = name.removeprefix(_HOST).removeprefix(_SECURE)
        if own != name or not name.startswith(_OURS):
            cookies[own] = value
    return cookies


def _with_prefixes(cookies: SimpleCookie) -> SimpleCookie:
    prefixed = SimpleCookie()
    for name, morsel in cookies.items():
        if not (name.startswith(_OURS) or name == EXIT_MARK):
            prefixed[name] = morsel
            continue
        # One that is deleted has to say it too, or the browser keeps the old one.
        morsel["secure"] = True
        prefix = _HOST if morsel["path"] == "/" and not morsel["domain"] else _SECURE
        new_name = prefix + name
        morsel.set(new_name, morsel.value, morsel.coded_value)
        prefixed[new_name] = morsel
    return prefixed
