"""Addresses of what was agreed to."""

from django.urls import URLPattern, path

from keng.consent import consent_desk

desk: list[URLPattern] = [path("consents/", consent_desk.consents, name="consents")]
