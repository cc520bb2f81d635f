"""Addresses of imported records."""

from django.urls import URLPattern, path

from keng.imported import desk as pages
from keng.imported.models import ImportKind

desk: list[URLPattern] = [
    path("imports/", pages.imports, name="imports"),
    path("imports/new/", pages.import_new, name="import-new"),
    path("imports/example.xlsx", pages.import_example, name="import-example"),
    path("imports/<uuid:pk>/", pages.import_batch, name="import-batch"),
    path("imports/<uuid:pk>/refused.csv", pages.import_refused, name="import-refused"),
    path("imports/<uuid:pk>/decide/", pages.import_decide, name="import-decide"),
    path("imports/<uuid:pk>/withdraw/", pages.import_withdraw, name="import-withdraw"),
    path("imported/tips/", pages.imported_records, {"kind": ImportKind.TIPS}, name="imported-tips"),
    path(
        "imported/warnings/",
        pages.imported_records,
        {"kind": ImportKind.WARNINGS},
        name="imported-warnings",
    ),
]
