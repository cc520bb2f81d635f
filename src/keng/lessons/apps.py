"""Django's entry for this area."""

from django.apps import AppConfig


class Lessons(AppConfig):
    """The area of lessons."""

    name = "keng.lessons"
