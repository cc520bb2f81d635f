"""Addresses of the table of periods."""

from django.urls import URLPattern, path

from keng.retention import period_desk

desk: list[URLPattern] = [
    path("retention/", period_desk.retention, name="retention"),
    path("retention/new/", period_desk.period_new, name="period-new"),
    path("retention/<uuid:pk>/decide/", period_desk.period_decide, name="period-decide"),
    path("retention/<uuid:pk>/stop/", period_desk.period_stop, name="period-stop"),
]
