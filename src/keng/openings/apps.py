"""The Django app of openings."""

from django.apps import AppConfig


class OpeningsConfig(AppConfig):
    name = "keng.openings"
    label = "openings"
