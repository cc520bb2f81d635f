"""The Django app of vault."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "keng.vault"
    label = "vault"
