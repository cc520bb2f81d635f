"""The Django app of what waits for an officer."""

from django.apps import AppConfig


class WaitingConfig(AppConfig):
    name = "keng.waiting"
    label = "waiting"
