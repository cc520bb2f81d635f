"""The Django app of lookup."""

from django.apps import AppConfig


class LookupConfig(AppConfig):
    name = "keng.lookup"
    label = "lookup"
