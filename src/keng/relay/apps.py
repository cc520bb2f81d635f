"""The Django app of relay."""

from django.apps import AppConfig


class RelayConfig(AppConfig):
    name = "keng.relay"
    label = "relay"
