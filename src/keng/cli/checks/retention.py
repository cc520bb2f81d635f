"""Whether what is due by its period is destroyed."""

import datetime

from keng.cli.checks.check import CheckedPlace, Finding, attention, ok

# The worker destroys a portion every ten minutes; a first period may find years of tips.
BEHIND_AFTER = datetime.timedelta(days=2)


def retention(place: CheckedPlace) -> Finding:
    """Tips that should have been destroyed days ago, and that nothing holds back."""
    from keng.runtime.environment import load_django  # noqa: PLC0415

    load_django("owner")
    from keng.kit import times  # noqa: PLC0415 -- needs the settings
    from keng.retention.due import due_tips  # noqa: PLC0415
    from keng.retention.models import RetentionPeriod  # noqa: PLC0415

    late = due_tips(times.now() - BEHIND_AFTER).count()
    if late:
        return attention(
            f"{late} tips should have been destroyed {BEHIND_AFTER.days} days ago, and nothing "
            "holds them back: logs/worker.log says why they are not"
        )
    periods = RetentionPeriod.objects.in_force().count()
    return ok(f"nothing is behind; {periods} periods count")
