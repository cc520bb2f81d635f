"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.recurring import Task
from keng.partners.actions import inviting

TASKS = [Task("requests to be a partner", inviting.forget_kit_requests, every=timedelta(hours=1))]
