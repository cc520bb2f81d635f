"""Django's entry for this area."""

from django.apps import AppConfig


class Breaches(AppConfig):
    """The area of breaches and of the register of processing."""

    name = "keng.breaches"
