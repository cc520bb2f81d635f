"""The address of the auditor's page."""

from django.urls import URLPattern, path

from keng.audit_page import audit_desk

desk: list[URLPattern] = [
    path("audit/", audit_desk.audit, name="audit"),
]
