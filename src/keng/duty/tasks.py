"""What the worker does for this area."""

from datetime import timedelta

from keng.duty import account_end_calls, chat_pagers, lag_calls, pager_tests
from keng.kit.worker_tasks import WorkerTask

TASKS = [
    WorkerTask(
        "add chats as pagers",
        chat_pagers.make_chat_pagers,
        is_woken=True,
        every=timedelta(seconds=10),
    ),
    WorkerTask(
        "test pagers of shifts", pager_tests.test_pagers_of_shifts, every=timedelta(seconds=20)
    ),
    WorkerTask(
        "call about what falls behind", lag_calls.call_about_lags, every=timedelta(minutes=1)
    ),
    # A matter of days.
    WorkerTask(
        "call before accounts end",
        account_end_calls.call_before_accounts_end,
        every=timedelta(minutes=10),
    ),
    WorkerTask(
        "tell of pagers not heard",
        pager_tests.tell_what_was_not_heard,
        every=timedelta(seconds=30),
    ),
]
