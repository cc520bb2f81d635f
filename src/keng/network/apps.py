"""The Django app of network."""

from django.apps import AppConfig


class NetworkConfig(AppConfig):
    name = "keng.network"
    label = "network"
