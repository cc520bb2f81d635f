"""The Django app of the shared limits."""

from django.apps import AppConfig


class LimitsConfig(AppConfig):
    name = "keng.limits"
    label = "limits"
