"""The Django app of the shared parts: template tags and their tests."""

from django.apps import AppConfig
from django.urls import register_converter


class KitConfig(AppConfig):
    name = "keng.kit"
    label = "kit"

    def ready(self) -> None:
        """Before any address is read: what is secret in one is written `<secret:…>`."""
        from keng.kit import secret_paths  # noqa: PLC0415 -- after the settings

        register_converter(secret_paths.SecretConverter, secret_paths.CONVERTER_NAME)
