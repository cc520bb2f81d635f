"""Reads of patterns: which may be sent, which wait, and what one officer sent unseen by another."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from keng.accounts.vouching import tied_to
from keng.accounts.who import RELEASING
from keng.kit import times
from keng.warnings.models import Pattern, PatternUse, Warning

if TYPE_CHECKING:
    from keng.accounts.models import Officer


@dataclass(frozen=True, slots=True)
class PatternLists:
    """The three lists of the page."""

    in_force: list[Pattern]
    waiting: list[Pattern]
    over: QuerySet[Pattern]


def pattern_lists(officer: "Officer") -> PatternLists:
    """The patterns an officer may see, the newest first."""
    today = times.local_date(times.now())
    seen = Pattern.objects.visible_to(officer).select_related("unit", "made_by", "released_by")
    in_force = seen.in_force(today)
    waiting = seen.waiting().filter(expires_on__gte=today)
    over = seen.exclude(pk__in=in_force.values("pk")).exclude(pk__in=waiting.values("pk"))
    return PatternLists(
        list(in_force.order_by("-id")),
        list(waiting.order_by("-id")),
        over.order_by("-id"),
    )


def unreviewed_uses() -> QuerySet[PatternUse]:
    """What nobody has looked at yet; a recalled warning was looked at."""
    return PatternUse.objects.filter(reviewed_at__isnull=True).exclude(
        version__warning__state=Warning.State.RECALLED
    )


def uses_to_review(officer: "Officer") -> QuerySet[PatternUse]:
    """What was sent alone in the officer's units and not looked at, the oldest deadline first."""
    found = unreviewed_uses().filter(version__warning__unit__in=officer.unit_ids)
    return found.select_related(
        "version__warning__unit", "version__dispatch", "sent_by", "pattern"
    ).order_by("review_by", "id")


def note_reviewable(rows: list[PatternUse], officer: "Officer") -> None:
    """Give each whether its hour is past, and whether this officer may look at it."""
    now = times.now()
    for row in rows:
        mine = row.sent_by_id in tied_to(officer)
        row.is_overdue = row.review_by < now  # type: ignore[attr-defined]
        row.can_review = not mine and RELEASING.may_act_for(officer, row.version.warning.unit)  # type: ignore[attr-defined]
