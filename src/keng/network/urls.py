"""Addresses of the network on the desk."""

from django.urls import URLPattern, path

from keng.network.desk import (
    establishment_sheets,
    establishments,
    group_sheets,
    groups,
    hamlet_sheets,
    hamlets,
    leads,
    sheet_files,
    subscriptions,
    targets,
    teams,
)

desk: list[URLPattern] = [
    path("groups/", groups.groups, name="groups"),
    path("groups/new/", groups.group_edit, name="group-new"),
    path("groups/import/", group_sheets.groups_import, name="groups-import"),
    path("groups/import/check/", group_sheets.groups_take_over, name="groups-take-over"),
    path("groups/import/template.xlsx", group_sheets.groups_template, name="groups-template"),
    path("groups/export/", group_sheets.groups_export, name="groups-export"),
    path("groups/missing/", targets.groups_missing, name="groups-missing"),
    path("groups/targets/", targets.groups_targets, name="groups-targets"),
    path("groups/<uuid:pk>/", groups.group_edit, name="group-edit"),
    path("groups/<uuid:pk>/active/", groups.group_active, name="group-active"),
    path("groups/<uuid:pk>/team/", teams.team, name="team"),
    path("groups/<uuid:pk>/team/shift/", teams.team_shift, name="team-shift"),
    path("groups/<uuid:pk>/team/ask/", teams.team_ask, name="team-ask"),
    path("teams/shifts/<uuid:pk>/end/", teams.team_shift_end, name="team-shift-end"),
    path("teams/asks/<uuid:pk>/end/", teams.team_ask_end, name="team-ask-end"),
    path("leads/", leads.leads, name="leads"),
    path("leads/new/", leads.lead_edit, name="lead-new"),
    path("leads/<uuid:pk>/", leads.lead_edit, name="lead-edit"),
    path("leads/<uuid:pk>/link/", leads.lead_link, name="lead-link"),
    path("leads/<uuid:pk>/link/show/", leads.lead_link_show, name="lead-link-show"),
    path("leads/<uuid:pk>/stop/", leads.lead_stop, name="lead-stop"),
    path("establishments/", establishments.establishments, name="establishments"),
    path(
        "establishments/missing/",
        establishments.establishments_missing,
        name="establishments-missing",
    ),
    path("establishments/new/", establishments.establishment_edit, name="establishment-new"),
    path(
        "establishments/import/",
        establishment_sheets.establishments_import,
        name="establishments-import",
    ),
    path(
        "establishments/import/check/",
        establishment_sheets.establishments_take_over,
        name="establishments-take-over",
    ),
    path("establishments/<uuid:pk>/", establishments.establishment_edit, name="establishment-edit"),
    path(
        "establishments/<uuid:pk>/open/",
        establishments.establishment_open,
        name="establishment-open",
    ),
    path("hamlets/", hamlets.hamlets, name="hamlets"),
    path("hamlets/new/", hamlets.hamlet_edit, name="hamlet-new"),
    path("hamlets/import/", hamlet_sheets.hamlets_import, name="hamlets-import"),
    path("hamlets/import/check/", hamlet_sheets.hamlets_take_over, name="hamlets-take-over"),
    path("hamlets/<uuid:pk>/", hamlets.hamlet_edit, name="hamlet-edit"),
    *(
        path(
            f"{kind}/import/example.csv",
            sheet_files.sheet_example,
            {"kind": kind},
            f"{kind}-example",
        )
        for kind in sheet_files.EXAMPLES
    ),
    path("subscriptions/", subscriptions.subscriptions, name="subscriptions"),
]
