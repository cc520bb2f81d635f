"""The Django app of leases."""

from django.apps import AppConfig


class LeasesConfig(AppConfig):
    name = "keng.leases"
    label = "leases"
