"""The Django app of delivery."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "keng.delivery"
    label = "delivery"
