"""Django's entry for this area."""

from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    """The area of claims."""

    name = "keng.claims"
