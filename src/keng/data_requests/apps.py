"""Django's entry for this area."""

from django.apps import AppConfig


class DataRequests(AppConfig):
    """The area of data requests."""

    name = "keng.data_requests"
