"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.recurring import Pace, Task
from keng.tips.actions import (
    alarms,
    bundling,
    chats,
    copying,
    examining,
    fetching,
    forgetting,
    holding,
    meant_for_unit,
    out_of_scope,
    presence,
    showing,
    sweeping,
    waves,
    withdrawing,
)
from keng.tips.actions.indexing import forget_words

TASKS = [
    Task(
        "examine tips",
        examining.examine_tips,
        is_woken=True,
        every=timedelta(seconds=2),
        pace=Pace.ALARM,
    ),
    Task(
        "examine messages",
        examining.examine_messages,
        is_woken=True,
        every=timedelta(seconds=2),
        pace=Pace.ALARM,
    ),
    Task(
        "hand down what is meant for a unit",
        meant_for_unit.hand_down,
        is_woken=True,
        every=timedelta(seconds=2),
        pace=Pace.ALARM,
    ),
    Task(
        "call officers",
        alarms.call_what_rings,
        is_woken=True,
        every=timedelta(seconds=2),
        pace=Pace.ALARM,
    ),
    Task(
        "fetch files",
        fetching.fetch_files,
        is_woken=True,
        every=timedelta(seconds=5),
        pace=Pace.SLOW,
    ),
    Task(
        "make copies to view",
        copying.make_next_copy,
        is_woken=True,
        every=timedelta(seconds=2),
        pace=Pace.SLOW,
    ),
    Task("forget whose calls are bundled", bundling.forget, every=timedelta(minutes=1)),
    Task("destroy what is out of scope", out_of_scope.destroy_expired, every=timedelta(hours=1)),
    Task("let go what has ended", holding.let_go, every=timedelta(seconds=5)),
    Task("forget where a chat is answered", chats.forget_addresses, every=timedelta(seconds=30)),
    Task("forget by what files are known", forgetting.forget_files, every=timedelta(seconds=30)),
    Task("forget whose chat it was", forgetting.forget_chats, every=timedelta(seconds=30)),
    Task(
        "forget which messages came before",
        forgetting.forget_repetitions,
        every=timedelta(minutes=1),
    ),
    Task(
        "forget by what ids providers know messages",
        forgetting.forget_message_ids,
        every=timedelta(minutes=10),
    ),
    Task("destroy what was taken back", withdrawing.destroy_withdrawn, every=timedelta(seconds=5)),
    Task(
        "destroy whatever was taken back",
        withdrawing.destroy_whatever_was_withdrawn,
        every=timedelta(hours=1),
        pace=Pace.SLOW,
    ),
    Task("find waves", waves.find_waves, every=timedelta(seconds=15), pace=Pace.SLOW),
    Task("forget who reads", presence.forget_readers, every=timedelta(seconds=30)),
    Task("forget codes that were shown", showing.sweep, every=timedelta(minutes=1)),
    Task("forget search words", forget_words, every=timedelta(hours=1), pace=Pace.SLOW),
    Task("sweep files", sweeping.sweep_files, every=timedelta(hours=1), pace=Pace.SLOW),
    Task(
        "sweep waiting pictures",
        sweeping.sweep_waiting,
        every=timedelta(minutes=5),
        pace=Pace.SLOW,
    ),
]
