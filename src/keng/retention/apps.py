"""Django's entry for this area."""

from django.apps import AppConfig


class Retention(AppConfig):
    """The area of retention."""

    name = "keng.retention"
