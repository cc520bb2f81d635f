"""Whether a key could be destroyed, and waits for the custodians."""

from keng.cli.checks.check import CheckedPlace, Finding, attention, ok


def resealing(place: CheckedPlace) -> Finding:
    """Keys of which only what is on legal hold is left, and that no two officers hold any more."""
    from keng.runtime.environment import load_django  # noqa: PLC0415

    load_django("owner")
    from keng.kit import times  # noqa: PLC0415 -- needs the settings
    from keng.openings.resealing import due_for_custodians, open_requests  # noqa: PLC0415

    due = due_for_custodians()
    if due:
        oldest, _ = due[0]
        since = times.local_date(oldest.retired_at) if oldest.retired_at else "long ago"
        return attention(
            f"{len(due)} keys ({sum(records for _, records in due)} sealed things, all on legal "
            "hold) wait for the custodians, since fewer than two officers hold them; the oldest "
            f"has sealed nothing since {since}. Bring units.keys, or parts (--with PART PART …): "
            "keng vault reseal"
        )
    return ok(f"no key waits for the custodians; {open_requests().count()} wait for two officers")
