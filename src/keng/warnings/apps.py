"""The Django app of warnings."""

from django.apps import AppConfig


class WarningsConfig(AppConfig):
    name = "keng.warnings"
    label = "warnings"
