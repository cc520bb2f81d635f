"""The Django app of tips."""

from django.apps import AppConfig


class TipsConfig(AppConfig):
    name = "keng.tips"
    label = "tips"
