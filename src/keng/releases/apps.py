"""The Django app of releases. It has no tables: each text carries its own release."""

from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    name = "keng.releases"
    label = "releases"
