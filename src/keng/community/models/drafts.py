"""Unfinished reports, kept for thirty minutes and readable only with the browser's own key."""

from django.db import models

from keng.kit.browser_drafts import BrowserDraft


class Draft(BrowserDraft):
    """A report being written."""

    # Paths of encrypted files below the data folder.
    files = models.JSONField(default=list, db_default=[])
