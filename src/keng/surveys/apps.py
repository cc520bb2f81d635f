"""Django's entry for this area."""

from django.apps import AppConfig


class SurveysConfig(AppConfig):
    """The area of surveys."""

    name = "keng.surveys"
