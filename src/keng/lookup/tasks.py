"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.recurring import Task
from keng.lookup.actions.listing import expire

TASKS = [Task("end listings by their day", expire, every=timedelta(minutes=10))]
