"""What the worker does for this area."""

from datetime import timedelta

from keng.accounts.partner_signing import remove_ended_partner_sessions
from keng.accounts.sessions import remove_ended_sessions
from keng.kit.recurring import Task

TASKS = [
    Task("remove sessions that are over", remove_ended_sessions, every=timedelta(minutes=10)),
    Task(
        "remove partners' sessions that are over",
        remove_ended_partner_sessions,
        every=timedelta(minutes=10),
    ),
]
