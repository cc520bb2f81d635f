"""The Django app of intake."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "keng.intake"
    label = "intake"
