"""The Django app of audit."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "keng.audit"
    label = "audit"
