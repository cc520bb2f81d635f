"""The Django app of the public log."""

from django.apps import AppConfig


class PublicLogConfig(AppConfig):
    name = "keng.public_log"
    label = "public_log"
