"""The Django app of community."""

from django.apps import AppConfig


class CommunityConfig(AppConfig):
    name = "keng.community"
    label = "community"
