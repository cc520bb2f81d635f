"""What the worker does for this area."""

from datetime import timedelta

from keng.kit.worker_tasks import WorkerTask
from keng.relay.asked_reminders import send_asked_reminders
from keng.relay.erasing import erase_who_asked
from keng.relay.telling_leads import tell_leads

TASKS = [
    WorkerTask("tell leads", tell_leads, every=timedelta(seconds=2), is_woken=True),
    WorkerTask("remind leads who asked for it", send_asked_reminders, every=timedelta(seconds=30)),
    WorkerTask("erase leads who asked", erase_who_asked, every=timedelta(minutes=1)),
]
