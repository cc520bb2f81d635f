"""What the worker does for this area."""

from datetime import timedelta

from keng.decisions import link_answers, meant_for_unit, out_of_scope, undo_ending
from keng.kit.worker_tasks import TaskPace, WorkerTask

TASKS = [
    WorkerTask(
        "hand down what is meant for a unit",
        meant_for_unit.hand_down_tips,
        is_woken=True,
        every=timedelta(seconds=2),
        pace=TaskPace.ALARM,
        is_shared=True,
    ),
    WorkerTask(
        "take on by links of calls",
        link_answers.take_by_links,
        is_woken=True,
        every=timedelta(seconds=2),
        pace=TaskPace.ALARM,
        is_shared=True,
    ),
    WorkerTask(
        "give back what was taken by a link and not opened",
        link_answers.give_back_unopened,
        every=timedelta(seconds=10),
    ),
    WorkerTask(
        "destroy what is out of scope",
        out_of_scope.destroy_expired_content,
        every=timedelta(hours=1),
    ),
    WorkerTask(
        "let go what has ended", undo_ending.forget_held_endings, every=timedelta(seconds=5)
    ),
]
