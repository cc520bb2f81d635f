"""What the worker does for this area."""

from datetime import timedelta

from keng.delivery import returned_mail
from keng.delivery.actions import (
    group_requests,
    lagging,
    materialising,
    next_ways,
    pruning,
    resending,
    stranded,
)
from keng.kit.worker_tasks import TaskPace, WorkerTask

TASKS = [
    # Slow with a hundred thousand people, and an urgent warning waits for nothing else.
    WorkerTask(
        "make the rows of dispatches",
        materialising.materialise_next_dispatch,
        is_woken=True,
        every=timedelta(seconds=1),
        pace=TaskPace.SLOW,
        is_shared=True,
    ),
    WorkerTask(
        "send again to the missed",
        resending.resend_to_missed,
        is_woken=True,
        every=timedelta(seconds=5),
        pace=TaskPace.SLOW,
    ),
    # As soon as an urgent warning has missed somebody.
    WorkerTask(
        "take the next way to whom an urgent warning missed",
        next_ways.take_next_ways,
        every=timedelta(seconds=20),
        pace=TaskPace.SLOW,
    ),
    # An alarm stands on the desk within five minutes.
    WorkerTask(
        "notice what falls behind",
        lagging.notice_lags,
        every=timedelta(seconds=60),
        pace=TaskPace.SLOW,
    ),
    # A switched-off account is no accident of seconds.
    WorkerTask(
        "find another way for corrections",
        stranded.rescue_stranded_rows,
        every=timedelta(seconds=30),
    ),
    # Slow: somebody else's server. A minute: until then a dead address gets more letters.
    WorkerTask(
        "read the mail that came back",
        returned_mail.read_returned_mail,
        every=timedelta(seconds=60),
        pace=TaskPace.SLOW,
    ),
    WorkerTask(
        "forget old requests about group chats",
        group_requests.forget_old_requests,
        every=timedelta(hours=1),
        pace=TaskPace.SLOW,
    ),
    WorkerTask(
        "remove old attempts",
        pruning.prune_attempts,
        every=timedelta(minutes=10),
        pace=TaskPace.SLOW,
    ),
    WorkerTask(
        "remove old keys of messages",
        pruning.prune_dedupe_keys,
        every=timedelta(minutes=10),
        pace=TaskPace.SLOW,
    ),
    WorkerTask(
        "forget addresses of what arrived",
        pruning.prune_addresses,
        every=timedelta(minutes=10),
        pace=TaskPace.SLOW,
    ),
]
