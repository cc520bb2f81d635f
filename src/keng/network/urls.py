"""Addresses of the network on the desk."""

from django.urls import URLPattern, path

from keng.network.desk import (
    establishment_sheets,
    establishments,
    groups,
    leads,
    sheets,
    subscriptions,
    targets,
)

desk: list[URLPattern] = [
    path("groups/", groups.groups, name="groups"),
    path("groups/new/", groups.group_edit, name="group-new"),
    path("groups/import/", sheets.upload, name="groups-import"),
    path("groups/import/check/", sheets.take_over, name="groups-take-over"),
    path("groups/import/template.xlsx", sheets.template, name="groups-template"),
    path("groups/export/", sheets.export, name="groups-export"),
    path("groups/missing/", targets.missing, name="groups-missing"),
    path("groups/targets/", targets.edit, name="groups-targets"),
    path("groups/<uuid:pk>/", groups.group_edit, name="group-edit"),
    path("groups/<uuid:pk>/active/", groups.group_active, name="group-active"),
    path("leads/", leads.leads, name="leads"),
    path("leads/new/", leads.lead_edit, name="lead-new"),
    path("leads/<uuid:pk>/", leads.lead_edit, name="lead-edit"),
    path("leads/<uuid:pk>/link/", leads.lead_link, name="lead-link"),
    path("leads/<uuid:pk>/stop/", leads.lead_stop, name="lead-stop"),
    path("establishments/", establishments.establishments, name="establishments"),
    path("establishments/missing/", establishments.missing, name="establishments-missing"),
    path("establishments/new/", establishments.establishment_edit, name="establishment-new"),
    path("establishments/import/", establishment_sheets.upload, name="establishments-import"),
    path(
        "establishments/import/check/",
        establishment_sheets.take_over,
        name="establishments-take-over",
    ),
    path("establishments/<uuid:pk>/", establishments.establishment_edit, name="establishment-edit"),
    path(
        "establishments/<uuid:pk>/open/",
        establishments.establishment_open,
        name="establishment-open",
    ),
    path("subscriptions/", subscriptions.subscriptions, name="subscriptions"),
]
