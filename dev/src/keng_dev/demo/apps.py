"""The Django app of demo."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "keng_dev.demo"
    label = "demo"
