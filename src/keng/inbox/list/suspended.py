"""Tips that are suspended, each with the decision that says why, the longest first."""

from keng.accounts.models import Officer
from keng.tips.models import Decision, Tip

_MOST_LISTED = 200


def suspended_tips(officer: Officer) -> list[tuple[Tip, Decision]]:
    """Those the officer may see."""
    tips = Tip.objects.visible_to(officer).open().filter(suspended_at__isnull=False)
    rows = list(tips.select_related("place").order_by("suspended_at", "id")[:_MOST_LISTED])
    steps = Decision.objects.filter(tip__in=rows, kind=Decision.Kind.SUSPENDED)
    steps = steps.exclude(detail__has_key="taken_back").select_related("by").order_by("id")
    last = {step.tip_id: step for step in steps}
    return [(tip, last[tip.pk]) for tip in rows]
