"""What the worker does for this area."""

from datetime import timedelta

from keng.community import drafts
from keng.community.actions import questions
from keng.kit.worker_tasks import WorkerTask

TASKS = [
    WorkerTask("drafts", drafts.sweep_drafts, every=timedelta(minutes=1)),
    WorkerTask("questions", questions.sweep_questions, every=timedelta(hours=1)),
]
