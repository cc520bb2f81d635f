"""What the server loads: site_process … keng.edge.asgi:application."""

import os

import django

os.environ.setdefault("KENG_PROCESS", "edge")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keng.site.settings")
django.setup()

from keng.edge.app import EdgeApp  # noqa: E402 -- needs the settings

application = EdgeApp()
