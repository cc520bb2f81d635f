"""What must hold after anything whatever: no decision without its entry, no half a row."""

from collections import Counter

from keng.audit import verify
from keng.audit.models import Entry
from keng.tips.models import Decision, Tip
from keng.warnings.models import Version


def complaints() -> list[str]:
    """Everything that was written by half; empty when all is well."""
    return [*_decisions(), *_tips(), *_versions(), *map(str, verify.chain_faults())]


def _decisions() -> list[str]:
    # An answer to all of an incident is one entry, which names the batch.
    batches = Entry.objects.filter(action="incident.answered").values_list("detail__batch")
    told_at_once = [batch for (batch,) in batches]
    rows = Decision.objects.exclude(detail__batch__in=told_at_once).values_list("tip", "kind")
    made = Counter((str(tip), f"tip.{kind}") for tip, kind in rows)
    told = Counter(Entry.objects.filter(object_kind="tip").values_list("object_id", "action"))
    return [
        f"{what} has {n} decisions and {told[what]} entries"
        for what, n in made.items()
        if told[what] < n
    ]


def _tips() -> list[str]:
    found = []
    for tip in Tip.objects.prefetch_related("clocks"):
        running = [clock for clock in tip.clocks.all() if clock.stopped_at is None]
        if tip.state == Tip.State.CLOSED and running:
            found.append(f"{tip.pk} is closed and a clock runs")
        if tip.duplicate_of_id and tip.duplicate_of_id == tip.pk:
            found.append(f"{tip.pk} repeats itself")
    return found


def _versions() -> list[str]:
    out = Version.objects.filter(dispatch_id__isnull=False, approval_id__isnull=True)
    return [f"{version} went out and nobody approved it" for version in out]
