"""Everything that waits for whoever is signed in, of every area, on one page."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keng.accounts.middleware import SignedInRequest
from keng.accounts.models import Officer
from keng.releases.reach import reach_of
from keng.waiting.counts import kinds_for
from keng.waiting.kinds import WaitingLine
from keng.waiting.listed import LISTED_KINDS

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

# Of one kind; its own page has them all.
MOST_SHOWN = 30


@dataclass(frozen=True, slots=True)
class WaitingGroup:
    """What waits of one kind, what waits longest first."""

    heading: "str | _StrPromise"
    page: str
    lines: list[WaitingLine]
    total: int

    @property
    def more(self) -> int:
        """How many stand only on the page of their own."""
        return self.total - len(self.lines)


@require_GET
def waiting(request: SignedInRequest) -> HttpResponse:
    """What waits for this officer, what may hurt somebody soonest first."""
    groups = waiting_groups(request.officer)
    context = {"groups": groups, "total": sum(group.total for group in groups)}
    return render(request, "waiting/waiting.html", context)


def waiting_groups(officer: Officer) -> list[WaitingGroup]:
    """Every kind of which something waits."""
    reach = reach_of(officer)
    groups = []
    for kind in kinds_for(officer):
        rows = kind.rows(reach)
        shown = list(rows.select_related(*kind.shown_with).order_by("pk")[:MOST_SHOWN])
        total = len(shown) if len(shown) < MOST_SHOWN else rows.count()
        groups.append(
            WaitingGroup(kind.heading, kind.page, [kind.line(row) for row in shown], total)
        )
    for listed in LISTED_KINDS:
        lines = listed.lines(officer)
        groups.append(WaitingGroup(listed.heading, listed.page, lines[:MOST_SHOWN], len(lines)))
    return [group for group in groups if group.lines]
