"""Django's entry for this area."""

from django.apps import AppConfig


class ModelOffers(AppConfig):
    """The area of models to copy."""

    name = "keng.model_offers"
