"""What the worker does for this area."""

from datetime import timedelta

from keng.accounts.partner_signing import remove_ended_partner_sessions
from keng.accounts.passkey_challenges import remove_spent_challenges
from keng.accounts.sessions import remove_ended_sessions
from keng.kit.worker_tasks import WorkerTask

TASKS = [
    WorkerTask("remove sessions that are over", remove_ended_sessions, every=timedelta(minutes=10)),
    WorkerTask(
        "remove partners' sessions that are over",
        remove_ended_partner_sessions,
        every=timedelta(minutes=10),
    ),
    WorkerTask(
        "remove answered challenges that are over",
        remove_spent_challenges,
        every=timedelta(minutes=10),
    ),
]
