"""The Django app of the auditor's page."""

from django.apps import AppConfig


class AuditPageConfig(AppConfig):
    name = "keng.audit_page"
    label = "audit_page"
