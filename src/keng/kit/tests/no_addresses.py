"""A site without a single address, as when everything is broken."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
