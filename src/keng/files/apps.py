"""The Django app of files."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "keng.files"
    label = "files"
