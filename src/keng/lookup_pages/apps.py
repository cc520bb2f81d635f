"""The Django app of the look-up's pages."""

from django.apps import AppConfig


class LookupPagesConfig(AppConfig):
    name = "keng.lookup_pages"
    label = "lookup_pages"
