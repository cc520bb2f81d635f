"""Calling the people of a breach by pager: that a clock runs and until when, and nothing else."""

import datetime
from collections.abc import Sequence

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from keng.accounts.models import Officer, Post
from keng.accounts.who import READING_BREACHES, RECORDING_BREACHES, Who
from keng.acts.locks import lock_available
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.breaches.models import CALLED_AGAIN_AFTER, Breach
from keng.duty import page_officers
from keng.kit import times
from keng.kit.time_words import moment_words

BREACH_CALL = "breach"


def call_recorders(breach: Breach, *, but: Officer) -> None:
    """Tell the other data protection officers of the province, in the caller's transaction."""
    _call(breach, [each for each in _people(breach, RECORDING_BREACHES) if each.pk != but.pk])


@work()
def call_again() -> int:
    """A day before a clock ends: call whoever can notify or agree, once. A job of the worker."""
    late = times.now() - CALLED_AGAIN_AFTER
    due = Breach.objects.with_clock().filter(called_again_at=None, detected_at__lte=late)
    # No word of what happened is the worker's to read.
    few = due.only("id", "unit", "detected_at").order_by("id")
    breach = lock_available(few).first()
    if breach is None:
        return 0
    Breach.objects.filter(pk=breach.pk).update(called_again_at=times.now())
    _call(breach, _people(breach, READING_BREACHES))
    record("breach.called_again", by="worker", on=breach, chain=unit_chain(breach.unit_id))
    return 1


def _call(breach: Breach, people: Sequence[Officer]) -> None:
    if people:
        page_officers.call_officers(
            people,
            _call_words(breach.notify_by),
            unit_id=breach.unit_id,
            source_kind=BREACH_CALL,
            source_ref=breach.pk,
        )


def _people(breach: Breach, which: Who) -> list[Officer]:
    posts = Post.objects.current().filter(unit=breach.unit_id, role__in=which.roles)
    found = Officer.objects.filter(pk__in=posts.values("officer"), is_active=True)
    return list(found.only("id", "language").order_by("id"))


def _call_words(notify_by: datetime.datetime) -> list[page_officers.CallWords]:
    """Shown on locked screens: no word of what happened."""
    found = []
    for language in page_officers.CALL_LANGUAGES:
        with translation.override(language):
            subject = _("Kẻng: a deadline runs until %(when)s") % {
                "when": moment_words(notify_by, "short")
            }
            text = _("It stands under “Waits for you”: %(link)s") % {"link": settings.DESK_URL}
        found.append(page_officers.CallWords(language, subject, f"{subject}\n{text}"))
    return found
