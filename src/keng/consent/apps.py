"""Django's entry for this area."""

from django.apps import AppConfig


class Consent(AppConfig):
    """The area of consent."""

    name = "keng.consent"
