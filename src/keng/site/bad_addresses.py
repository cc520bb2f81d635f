"""Addresses that no page can have."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

_NULL = "\x00"


class RefuseBadAddresses:
    """An address with a null character is refused at once: PostgreSQL takes none in any text."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = (part for _name, parts in request.GET.lists() for part in parts)
        if _NULL in request.path or any(_NULL in part for part in asked):
            raise BadRequest
        return self.get_response(request)
