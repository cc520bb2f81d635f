"""Addresses of the figures on the desk, and of what is public of them."""

from django.urls import URLPattern, path

from keng.reports.figures import desk as views
from keng.reports.hand_over.desk import tip_hand_over
from keng.reports.machine.public import machine
from keng.reports.periodic import public as periodic_public
from keng.reports.periodic.desk import listing, papers
from keng.reports.periodic.desk import pages as periodic
from keng.reports.periodic.files.report_files import CONTENT_TYPES
from keng.reports.summary import summary_pages
from keng.reports.yearly.desk import yearly_list

public: list[URLPattern] = [
    path("results", periodic_public.results, name="results"),
    path("results/<str:span>", periodic_public.results, name="results-of"),
    path("results/<str:span>/<int:version>", periodic_public.results, name="results-version"),
    path("machine", machine, name="machine"),
    path("machine/<str:span>", machine, name="machine-of"),
    path("summary/v1/summary.note", summary_pages.summary_note, name="summary-note"),
    path("summary/v1/listings.txt", summary_pages.summary_listings, name="summary-listings"),
]
_FILE = "figures/reports/<uuid:pk>/report."
desk: list[URLPattern] = [
    path("figures/", views.dashboard, name="dashboard"),
    path("figures/tips/", views.dashboard_list, name="dashboard-list"),
    path("figures/warnings/", views.dashboard_rows, {"of": "warnings"}, name="dashboard-warnings"),
    path(
        "figures/deliveries/",
        views.dashboard_rows,
        {"of": "deliveries"},
        name="dashboard-deliveries",
    ),
    path("figures/relays/", views.dashboard_rows, {"of": "relays"}, name="dashboard-relays"),
    path(
        "figures/incidents/", views.dashboard_rows, {"of": "incidents"}, name="dashboard-incidents"
    ),
    path("figures/year/", yearly_list, name="yearly-list"),
    path("tips/<uuid:pk>/hand-over/", tip_hand_over, name="tip-hand-over"),
    path("figures/reports/", periodic.reports, name="reports"),
    path("figures/reports/draft/", periodic.report_draft, name="report-draft"),
    path("figures/reports/rows/", listing.report_rows, name="report-rows"),
    path("figures/reports/<uuid:pk>/", periodic.report, name="report"),
    path("figures/reports/<uuid:pk>/charts/", periodic.report_charts, name="report-charts"),
    path("figures/reports/<uuid:pk>/publish/", periodic.report_publish, name="report-publish"),
    path("figures/reports/<uuid:pk>/paper/", papers.report_paper, name="report-paper"),
    *(
        path(
            f"{_FILE}{extension}",
            periodic.report_download,
            {"extension": extension},
            name=f"report-{extension}",
        )
        for extension in CONTENT_TYPES
    ),
]
