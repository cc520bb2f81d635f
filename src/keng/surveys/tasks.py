"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.worker_tasks import TaskPace, WorkerTask
from keng.surveys import drafts
from keng.surveys.actions import counting, releasing
from keng.surveys.chat import talking, talks

TASKS = [
    WorkerTask(
        "answer surveys in chats", talking.answer, is_woken=True, every=timedelta(seconds=5)
    ),
    WorkerTask("surveys left for a report", talking.put_aside, every=timedelta(seconds=3)),
    WorkerTask("close surveys by their day", releasing.close_by_day, every=timedelta(minutes=1)),
    WorkerTask(
        "count surveys", counting.count_closed, every=timedelta(seconds=5), pace=TaskPace.SLOW
    ),
    WorkerTask("mix survey answers", counting.mix, every=timedelta(minutes=5), pace=TaskPace.SLOW),
    WorkerTask(
        "forget survey answers", counting.forget, every=timedelta(hours=6), pace=TaskPace.SLOW
    ),
    WorkerTask("survey chats", talks.sweep, every=timedelta(minutes=5)),
    WorkerTask("survey drafts", drafts.sweep, every=timedelta(minutes=10)),
]
