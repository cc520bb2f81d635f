"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.worker_tasks import TaskPace, WorkerTask
from keng.tips import chats, readers, sweep_files, viewing_copies
from keng.tips.open_tally import add_up_tally, recount_tally
from keng.tips.search_words import forget_search_words

TASKS = [
    WorkerTask(
        "make copies to view",
        viewing_copies.make_next_copy,
        is_woken=True,
        every=timedelta(seconds=2),
        pace=TaskPace.SLOW,
        is_shared=True,
    ),
    WorkerTask(
        "keep what a copy may be asked of",
        viewing_copies.keep_on_request,
        every=timedelta(minutes=1),
        pace=TaskPace.SLOW,
    ),
    WorkerTask(
        "forget where a chat is answered",
        chats.forget_unneeded_addresses,
        every=timedelta(seconds=30),
    ),
    WorkerTask("forget who reads", readers.forget_readers, every=timedelta(seconds=30)),
    WorkerTask("add up the tally of open tips", add_up_tally, every=timedelta(seconds=5)),
    WorkerTask("recount open tips", recount_tally, every=timedelta(days=1), pace=TaskPace.SLOW),
    WorkerTask(
        "forget search words", forget_search_words, every=timedelta(hours=1), pace=TaskPace.SLOW
    ),
    WorkerTask(
        "sweep files", sweep_files.sweep_files, every=timedelta(hours=1), pace=TaskPace.SLOW
    ),
    WorkerTask(
        "sweep waiting pictures",
        sweep_files.sweep_waiting,
        every=timedelta(minutes=5),
        pace=TaskPace.SLOW,
    ),
]
