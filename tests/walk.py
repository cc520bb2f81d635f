"""Every page a person can reach by links, one of each kind: for pictures and accessibility."""

import re
from collections import deque
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

from playwright.sync_api import Page

# Two tips are the same kind of page: what names one of them does not count.
ONE_OF_MANY = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/w/)[0-9A-Z]{6}\b|\d+|(?<=/)[A-Za-z0-9_-]{16,}(?=/|$)"
)
NOT_A_PAGE = re.compile(
    r"\.(png|jpg|svg|csv|xlsx|pdf|xml|atom|js|css|ico|webmanifest)$|/(feed|atom)/?$"
)


class MorePages(AssertionError):
    """There are more kinds of pages than a walk may see: what it left out would count as well."""


# The desk has 219 patterns and nobody reaches all of them; more than this is a walk in circles.
MOST = 240


def walk(page: Page, start: str, most: int = MOST) -> list[str]:
    """The addresses of every page that `open_every_page` opens."""
    return list(open_every_page(page, start, most))


def open_every_page(page: Page, start: str, most: int = MOST) -> Iterator[str]:
    """Each address while its page is open, so that it is read without being asked for again.

    Breadth first from `start`, on its own site only, without sending any form. Raises MorePages
    beyond `most`: a page that was silently left out would pass every test.
    """
    opened = 0
    seen = {kind(start)}
    waiting = deque([start])
    while waiting:
        if opened == most:
            left = ", ".join(sorted(kind(address) for address in waiting))
            raise MorePages(f"{most} pages seen, and these wait: {left}")
        address = waiting.popleft()
        answer = page.goto(address)
        if answer is None or not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        opened += 1
        for link in _links(page, start):
            if kind(link) not in seen:
                seen.add(kind(link))
                waiting.append(link)
        yield address


def kind(address: str) -> str:
    """The address without what tells one thing from another of its kind."""
    return ONE_OF_MANY.sub("*", urlsplit(address).path.rstrip("/"))


def _links(page: Page, start: str) -> list[str]:
    """Addresses of this site, without query and fragment, in the order of the page. No files."""
    raw = page.eval_on_selector_all(
        "a[href]:not([download])",
        "links => links.map(link => new URL(link.getAttribute('href'), document.baseURI).href)",
    )
    here = urlsplit(start).netloc
    return [
        urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
        for parts in map(urlsplit, raw)
        if parts.netloc == here and not NOT_A_PAGE.search(parts.path)
    ]
