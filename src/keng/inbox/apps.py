"""The Django app of inbox."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "keng.inbox"
    label = "inbox"
