"""The Django app of places."""

from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "keng.places"
    label = "places"
