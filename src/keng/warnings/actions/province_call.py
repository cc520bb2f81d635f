"""Calling a second person at the province: the local commander may sleep, a warning may not."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from keng.accounts.who import RELEASING
from keng.acts.act import act
from keng.audit.actions import record, unit_chain
from keng.duty import page_officers, rota
from keng.releases.errors import NothingWaits
from keng.warnings import acts
from keng.warnings.actions.drafting import lock_warning
from keng.warnings.models import RecallRequest, Version, Warning
from keng.warnings.queries import waiting_recall

if TYPE_CHECKING:
    from keng.accounts.models import Officer


@act(acts.CALL_PROVINCE)
def call_province(warning_id: uuid.UUID, *, by: "Officer") -> "dict[Officer, int]":
    """Call the province's officers on duty, or all who may approve when nobody is on its rota.

    For a version that waits, or for a recall that does. Returns how many pagers of each were
    called. Raises NotAllowed, and NothingWaits.
    """
    warning, version = lock_warning(warning_id, by=by)
    recall = waiting_recall(warning)
    waits: Version | RecallRequest = recall or version
    if not waits.is_waiting:
        raise NothingWaits
    # Nobody is woken to be told that somebody else has to.
    whom = [each for each in _releasers_at_province(warning) if not waits.has_hand_of(each)]
    called = page_officers.call_officers(
        whom,
        _call_words(warning, is_recall=recall is not None),
        unit_id=warning.unit_id,
        source_kind="warning",
        source_ref=warning.pk,
    )
    record(
        "warning.called",
        by=by,
        on=version,
        chain=unit_chain(warning.unit_id),
        detail={"officers": len(whom), "pagers": sum(called.ways.values())},
    )
    return {officer: called.ways[officer.pk] for officer in whom}


def _releasers_at_province(warning: Warning) -> "list[Officer]":
    desk = warning.unit.parent_id or warning.unit_id
    found = rota.officers_on_duty(desk) or rota.watchers(desk)
    return [officer for officer in found if RELEASING.may_act_for(officer, warning.unit)]


def _call_words(warning: Warning, *, is_recall: bool) -> list[page_officers.CallWords]:
    """Unit and link: the title of a warning is read on the desk, not on a locked screen."""
    name = "warning-recall" if is_recall else "warning-approve"
    path = reverse(name, "keng.site.desk_urls", kwargs={"pk": warning.pk})
    found = []
    for language in page_officers.CALL_LANGUAGES:
        with translation.override(language):
            subject = _("%(unit)s: a warning waits for your approval")
            if is_recall:
                subject = _("%(unit)s: a warning is to be taken back, and you decide")
            subject %= {"unit": warning.unit.name}
            text = _("Read and approve it here: %(link)s") % {"link": settings.DESK_URL + path}
        found.append(page_officers.CallWords(language, subject, f"{subject}\n{text}"))
    return found
