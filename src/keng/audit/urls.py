"""Addresses of audit on the desk."""

from django.urls import URLPattern

desk: list[URLPattern] = []
