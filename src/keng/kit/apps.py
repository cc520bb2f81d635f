"""The Django app of the shared parts: template tags and their tests."""

from django.apps import AppConfig


class KitConfig(AppConfig):
    name = "keng.kit"
    label = "kit"
