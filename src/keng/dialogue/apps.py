"""The Django app of dialogue."""

from django.apps import AppConfig


class DialogueConfig(AppConfig):
    name = "keng.dialogue"
    label = "dialogue"
