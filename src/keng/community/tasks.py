"""What the worker does for this area."""

from datetime import timedelta

from keng.community import drafts
from keng.kit.recurring import Task

TASKS = [Task("drafts", drafts.sweep, every=timedelta(minutes=1))]
