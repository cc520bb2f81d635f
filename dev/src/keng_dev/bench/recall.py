"""A recall: how soon whoever got a wrong warning is told, beside what the account's limit allows.

Of 333 groups 119 are passed on to by leads. All other recipients are written to by one account, at
which as many messages of others wait.
"""

from dataclasses import dataclass
from typing import Any

from keng.channels.wire import OutgoingMessage
from keng_dev.bench.delivery import run_bare
from keng_dev.bench.figures import Figure, Target, alternate
from keng_dev.bench.rig import TEXT, Rig, sink
from keng_dev.bench.scratch import Bench

_GROUPS, _BY_HAND = 333, 119
_RECIPIENTS = 5_000
_FEWEST = 1_000
# At a limit so low that 95 % take longer than a minute.
_MINUTES_AT_LIMIT = 1.25


@dataclass(frozen=True, slots=True)
class Run:
    """One warning and its recall."""

    seconds: float
    """From the act until 95 % were handed over, as the page of the recall says it."""
    forecast: float
    """What the page before it said; 0 where it said nothing."""
    tasks_after: float
    """Until each group by hand was with its lead."""


def measure(bench: Bench) -> list[Figure]:
    """One sender process against a sink without latency."""
    count = max(_FEWEST, bench.messages or _RECIPIENTS)
    per_minute = round(count / _MINUTES_AT_LIMIT)
    with sink() as address:
        rig = Rig(bench, address)
        by_machine = _GROUPS - _BY_HAND
        rig.set_up(by_machine)
        rig.add_groups_by_hand(_BY_HAND)
        rig.add_people(count - by_machine)
        rig.warm_up(count)
        runs = alternate(
            bench.rounds,
            {
                "bare": lambda: run_bare(address, count)[0],
                "free": lambda: _recall(rig, count, per_minute=0),
                "limited": lambda: _recall(rig, count, per_minute=per_minute),
            },
        )
        rig.clear()
    return _figures(count, per_minute, **runs)


def _recall(rig: Rig, count: int, *, per_minute: int) -> Run:
    from keng.delivery.audience import SameRecipients  # noqa: PLC0415 -- needs the settings
    from keng.delivery.models import RelayTask  # noqa: PLC0415
    from keng.delivery.queries.before_sending import look_ahead  # noqa: PLC0415
    from keng.delivery.queries.handing_over import handing_over  # noqa: PLC0415

    rig.limit_account(0)
    with rig.sending():
        wrong = rig.send_to_all()
        rig.wait_until_sent(wrong, count)
    rig.limit_account(per_minute)
    with rig.sending():
        others = rig.queue_rows(rig.account, count)
        texts = {"vi": OutgoingMessage(TEXT)}
        ahead = look_ahead(SameRecipients((wrong.pk,)), kind="recall", is_urgent=True, texts=texts)
        recall: Any = rig.recall(wrong)
        rig.wait_until_sent(recall, count)
    rig.drop_what_waits(others)
    recall.refresh_from_db()
    if RelayTask.objects.filter(dispatch=recall).count() != _BY_HAND:
        raise RuntimeError("not every group by hand is with its lead")
    (found,) = handing_over(recall)
    if found.took is None or found.recipients != count:
        raise RuntimeError("the page says something else than what was sent")
    return Run(
        found.took.total_seconds(),
        ahead.machines_take.total_seconds() if ahead.machines_take else 0.0,
        (recall.materialised_at - recall.created_at).total_seconds(),
    )


def _figures(
    count: int, per_minute: int, *, bare: list[float], free: list[Run], limited: list[Run]
) -> list[Figure]:
    return [
        Figure(
            "recall_s",
            f"a recall handed over to 95 % of {count:,} recipients of an account without a limit",
            "s",
            [run.seconds for run in free],
            [0.95 * count / rate for rate in bare],
            "aiohttp on uvloop, 64 side by side, same sink: posts so many and records nothing",
            Target("≤", 60),
        ),
        Figure(
            "recall_at_limit_s",
            f"the same at a limit of {per_minute:,} a minute",
            "s",
            [run.seconds for run in limited],
            [run.forecast for run in limited],
            "the forecast on the page before it",
            Target("≤", 1.1, "ratio"),
        ),
        Figure(
            "recall_by_hand_s",
            f"until {_BY_HAND} groups that are passed on to by hand are with their leads",
            "s",
            [run.tasks_after for run in (*free, *limited)],
            target=Target("≤", 60),
        ),
    ]
