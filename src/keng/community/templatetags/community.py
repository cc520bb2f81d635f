"""Warnings on the public pages: their words in the reader's language, and their address."""

from django import template
from django.urls import reverse

from keng.kit.languages import language_among
from keng.warnings.models import Version

register = template.Library()


@register.filter
def version_words(version: Version, part: str) -> str:
    """One part of a warning, in the language of `version_language`."""
    return str(version.texts[version_language(version)].get(part, ""))


@register.filter
def version_language(version: Version) -> str:
    """The language in which `version_words` says it, so that a screen reader speaks it right."""
    return language_among(version.texts)


@register.filter
def warning_url(version: Version) -> str:
    """The public page of this version."""
    return reverse("warning", args=[version.verify_code.code])
