"""Django's entry for this area."""

from django.apps import AppConfig


class Imported(AppConfig):
    """The area of imported records."""

    name = "keng.imported"
