"""What the worker does for this area."""

from datetime import timedelta

from keng.community import drafts
from keng.community.actions import questions
from keng.kit.recurring import Task

TASKS = [
    Task("drafts", drafts.sweep_drafts, every=timedelta(minutes=1)),
    Task("questions", questions.sweep_questions, every=timedelta(hours=1)),
]
