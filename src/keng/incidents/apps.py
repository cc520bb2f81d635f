"""The Django app of incidents."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "keng.incidents"
    label = "incidents"
