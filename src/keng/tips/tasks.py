"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.recurring import Pace, Task
from keng.tips import chats, readers, sweep_files, viewing_copies
from keng.tips.search_words import forget_search_words

TASKS = [
    Task(
        "make copies to view",
        viewing_copies.make_next_copy,
        is_woken=True,
        every=timedelta(seconds=2),
        pace=Pace.SLOW,
    ),
    Task(
        "forget where a chat is answered",
        chats.forget_unneeded_addresses,
        every=timedelta(seconds=30),
    ),
    Task("forget who reads", readers.forget_readers, every=timedelta(seconds=30)),
    Task("forget search words", forget_search_words, every=timedelta(hours=1), pace=Pace.SLOW),
    Task("sweep files", sweep_files.sweep_files, every=timedelta(hours=1), pace=Pace.SLOW),
    Task(
        "sweep waiting pictures",
        sweep_files.sweep_waiting,
        every=timedelta(minutes=5),
        pace=Pace.SLOW,
    ),
]
