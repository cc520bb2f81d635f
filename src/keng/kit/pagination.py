"""One page of a long list, with the addresses of its neighbours."""

from dataclasses import dataclass

from django.http import HttpRequest

PAGE_SIZE = 50


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
        asked = request.GET.get(name, "0")
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 0
        number = min(number, max(total - 1, 0) // PAGE_SIZE)
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


def _address(request: HttpRequest, name: str, page: int) -> str:
    query = request.GET.copy()
    query[name] = str(page)
    return f"?{query.urlencode()}"
