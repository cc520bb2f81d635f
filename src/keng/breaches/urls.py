"""Addresses of incidents of data, and of the register of processing."""

from django.urls import URLPattern, path

from keng.breaches import pages

desk: list[URLPattern] = [
    path("breaches/", pages.breaches, name="breaches"),
    path("breaches/new/", pages.breach_new, name="breach-new"),
    path("breaches/<uuid:pk>/", pages.breach, name="breach"),
    path("breaches/<uuid:pk>/assess/", pages.breach_assess, name="breach-assess"),
    path("breaches/<uuid:pk>/form/", pages.breach_form, name="breach-form"),
    path(
        "breaches/<uuid:pk>/form.docx",
        pages.breach_form_file,
        {"extension": "docx"},
        name="breach-form-docx",
    ),
    path(
        "breaches/<uuid:pk>/form.pdf",
        pages.breach_form_file,
        {"extension": "pdf"},
        name="breach-form-pdf",
    ),
    path("breaches/<uuid:pk>/file/", pages.breach_file, name="breach-file"),
    path("breaches/<uuid:pk>/waive/", pages.breach_waive, name="breach-waive"),
    path("breaches/waivers/<uuid:pk>/", pages.waiver_decide, name="breach-waiver-decide"),
    path("breaches/<uuid:pk>/tell/", pages.breach_tell, name="breach-tell"),
    path("breaches/<uuid:pk>/close/", pages.breach_close, name="breach-close"),
    path("processing/", pages.processing_register, name="processing-register"),
    path(
        "processing/export/",
        pages.processing_register_export,
        name="processing-register-export",
    ),
]
