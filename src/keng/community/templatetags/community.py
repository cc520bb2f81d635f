"""Warnings on the public pages: their words in the reader's language, and their address."""

from django import template
from django.urls import reverse
from django.utils.translation import get_language

from keng.warnings.models import Version

register = template.Library()


@register.filter
def version_words(version: Version, part: str) -> str:
    """One part of a warning in the reader's language, else in Vietnamese."""
    return str(version.texts[version_language(version)].get(part, ""))


@register.filter
def version_language(version: Version) -> str:
    """The language in which `version_words` says it, so that a screen reader speaks it right."""
    asked = get_language() or "vi"
    return asked if asked in version.texts else "vi"


@register.filter
def warning_url(version: Version) -> str:
    """The public page of this version."""
    return reverse("warning", args=[version.verify_code.code])
