"""Django's entry for this area."""

from django.apps import AppConfig


class Thanks(AppConfig):
    """The area of thanks."""

    name = "keng.thanks"
