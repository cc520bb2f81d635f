"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.worker_tasks import WorkerTask
from keng.partners.actions import inviting
from keng.partners.actions.reach_acts import forget_reach
from keng.partners.actions.telling_members import tell_members

TASKS = [
    WorkerTask("requests to be a partner", inviting.forget_kit_requests, every=timedelta(hours=1)),
    WorkerTask("days of reach", forget_reach, every=timedelta(hours=6)),
    WorkerTask("tell who passed a warning on", tell_members, every=timedelta(minutes=1)),
]
