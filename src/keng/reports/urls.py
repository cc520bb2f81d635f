"""Addresses of the figures on the desk."""

from django.urls import path

from keng.reports import desk as views
from keng.reports.record import desk as record

desk = [
    path("figures/", views.dashboard, name="dashboard"),
    path("figures/tips/", views.tip_list, name="dashboard-list"),
    path("figures/warnings/", views.rows, {"of": "warnings"}, name="dashboard-warnings"),
    path("figures/deliveries/", views.rows, {"of": "deliveries"}, name="dashboard-deliveries"),
    path("figures/relays/", views.rows, {"of": "relays"}, name="dashboard-relays"),
    path("figures/incidents/", views.rows, {"of": "incidents"}, name="dashboard-incidents"),
    path("audit/", record.audit, name="audit"),
]
