"""One page of a long list, with the addresses of its neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from keng.kit.numbers import whole_number

PAGE_SIZE = 50
_MOST = 10**9


def page_number(request: HttpRequest, total: int, size: int) -> int:
    """The page that the address asks for, from 1; one that does not exist is the last one."""
    last = max(1, -(-total // size))
    return min(whole_number(request.GET.get("page", ""), least=1, most=_MOST) or 1, last)


@dataclass(frozen=True, slots=True)
class ListPage:
    """Rows `start` to `end` of `total`; a page that does not exist is the last one."""

    start: int
    end: int
    total: int
    before_url: str
    after_url: str

    @classmethod
    def of_request(cls, request: HttpRequest, total: int, name: str = "page") -> "ListPage":
        """The page that the address asks for under this name, counted from 0."""
        last = max(total - 1, 0) // PAGE_SIZE
        number = min(whole_number(request.GET.get(name, ""), most=_MOST) or 0, last)
        start, end = number * PAGE_SIZE, min((number + 1) * PAGE_SIZE, total)
        return cls(
            start,
            end,
            total,
            _address(request, name, number - 1) if number else "",
            _address(request, name, number + 1) if end < total else "",
        )

    @property
    def first(self) -> int:
        return self.start + 1


def rows_of_page(
    request: HttpRequest, rows: QuerySet[Any] | Sequence[Any], name: str = "page"
) -> tuple[list[Any], ListPage]:
    """One page of a list, and the way to its other pages; `name` tells several lists apart."""
    total = rows.count() if isinstance(rows, QuerySet) else len(rows)
    page = ListPage.of_request(request, total, name)
    return list(rows[page.start : page.end]), page


def _address(request: HttpRequest, name: str, page: int) -> str:
    query = request.GET.copy()
    query[name] = str(page)
    return f"?{query.urlencode()}"
