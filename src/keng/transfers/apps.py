"""The Django app of transfers."""

from django.apps import AppConfig


class TransfersConfig(AppConfig):
    name = "keng.transfers"
    label = "transfers"
