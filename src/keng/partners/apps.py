"""The app of partners."""

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    """What partners publish under their own name."""

    name = "keng.partners"
