"""Writing a warning: every saved state is a version that never changes again."""

import uuid
from typing import TYPE_CHECKING

from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.locks import lock_one
from keng.acts.work import permit_over
from keng.audit.actions import record, unit_chain
from keng.delivery.audience import reaches_nobody
from keng.incidents.wave_acts import note_wave_warning
from keng.places.models import Unit
from keng.releases import steps
from keng.releases.errors import NothingWaits
from keng.tips.models import Incident, Tip, Wave
from keng.warnings import acts, style
from keng.warnings.actions.errors import (
    AlreadyRecalled,
    ChangeNoteStops,
    NobodyThere,
    NoChangeNote,
    StyleStops,
)
from keng.warnings.actions.official_alerts import begin_from_alert
from keng.warnings.content import (
    CHANGE_NOTE,
    AudienceChoice,
    WarningContent,
    audience_of,
    earlier_dispatches,
    warning_content_of,
)
from keng.warnings.models import RecallRequest, Version, Warning
from keng.warnings.recall_words import forbidden_in_recall

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keng.accounts.models import Officer


@act(acts.DRAFT_WARNING)
def draft_warning(
    *,
    unit_id: uuid.UUID,
    content: WarningContent,
    choice: AudienceChoice,
    by: "Officer",
    from_tip: Tip | None = None,
    from_incident: Incident | None = None,
    from_wave: Wave | None = None,
    from_alert: uuid.UUID | None = None,
) -> Version:
    """Begin a warning in the name of a unit the officer works for. Raises NotAllowed.

    AlertIsTaken where somebody else has begun one from the same alert of an official source.
    """
    permit_over(unit_id)
    unit = Unit.objects.get(pk=unit_id)
    warning = Warning.objects.create(
        unit=unit,
        author=by,
        category=content.category,
        severity=content.severity,
        valid_until=content.valid_until,
        from_tip=from_tip,
        from_incident=from_incident,
    )
    version = _new_version(warning, 1, content, choice, by)
    detail = _version_detail(version)
    if from_wave is not None:
        note_wave_warning(from_wave, warning_id=warning.pk, unit_id=unit.pk, by=by)
        detail["wave"] = str(from_wave.pk)
    if from_alert is not None:
        detail |= begin_from_alert(from_alert, warning)
    record("warning.drafted", by=by, on=version, chain=unit_chain(unit.pk), detail=detail)
    return version


@act(acts.REVISE_WARNING)
def revise_warning(
    warning_id: uuid.UUID, *, content: WarningContent, choice: AudienceChoice, by: "Officer"
) -> Version:
    """Save another state. What waited for approval waits no more; what is public is corrected.

    Nothing changed means no new version. Raises NotAllowed, AlreadyRecalled.
    """
    warning, latest = lock_warning(warning_id, by=by)
    if warning.state == Warning.State.RECALLED:
        raise AlreadyRecalled
    if not _changes(latest, content) and latest.audience == choice.as_json():
        return latest
    version = _new_version(warning, latest.number + 1, content, choice, by, after=latest)
    if warning.state != Warning.State.PUBLISHED:
        warning.state = Warning.State.DRAFT
        warning.category, warning.severity = content.category, content.severity
        warning.valid_until = content.valid_until
        warning.save(update_fields=["state", "category", "severity", "valid_until"])
    record(
        "warning.revised",
        by=by,
        on=version,
        chain=unit_chain(warning.unit_id),
        detail=_version_detail(version),
    )
    return version


@act(acts.SUBMIT_WARNING)
def submit_warning(warning_id: uuid.UUID, *, by: "Officer") -> Version:
    """Ask a second person. Raises NotAllowed, AlreadyRecalled, NothingWaits, StyleStops,
    NoChangeNote, ChangeNoteStops, NobodyThere.
    """
    warning, latest = lock_warning(warning_id, by=by)
    if warning.state == Warning.State.RECALLED:
        raise AlreadyRecalled
    if latest.is_released:
        raise NothingWaits
    if stops := style.stopping_findings(warning_content_of(latest)):
        raise StyleStops(stops)
    if earlier_dispatches(latest):
        _require_change_note(latest)
    if reaches_nobody(audience_of(latest)):
        raise NobodyThere
    steps.submit(latest, by=by)
    if warning.state == Warning.State.DRAFT:
        warning.state = Warning.State.SUBMITTED
        warning.save(update_fields=["state"])
    record(
        "warning.submitted",
        by=by,
        on=latest,
        chain=unit_chain(warning.unit_id),
        detail=_version_detail(latest),
    )
    return latest


@act(acts.SEND_BACK_WARNING)
def send_back_warning(warning_id: uuid.UUID, *, reason: str, by: "Officer") -> Version:
    """Give it back to the author with what has to change. Raises NotAllowed, NothingWaits."""
    warning, latest = lock_warning(warning_id, by=by)
    steps.give_back(latest, reason=reason)
    if warning.state == Warning.State.SUBMITTED:
        warning.state = Warning.State.DRAFT
        warning.save(update_fields=["state"])
    record(
        "warning.sent_back",
        by=by,
        on=latest,
        chain=unit_chain(warning.unit_id),
        detail=_version_detail(latest),
    )
    return latest


def lock_warning(warning_id: uuid.UUID, *, by: "Officer") -> tuple[Warning, Version]:
    """The warning, locked, with its latest version, if this may be done. Raises NotAllowed."""
    warning = lock_one(Warning.objects.visible_to(by).select_related("unit"), warning_id)
    latest = warning.versions.order_by("-number").first()
    if latest is None:
        raise Version.DoesNotExist
    latest.warning = warning
    return warning, latest


def warning_id_of(
    visible: "QuerySet[Version] | QuerySet[RecallRequest]", pk: uuid.UUID
) -> uuid.UUID:
    """Whose version or recall it is, so that the warning is locked first. Raises NotAllowed."""
    found = visible.filter(pk=pk).first()
    if found is None:
        raise NotAllowed
    return found.warning_id


def _changes(latest: Version, content: WarningContent) -> bool:
    """Whether this says anything new; a note alone corrects nothing that is public."""
    before = warning_content_of(latest)
    if latest.is_released:
        return before.without_note() != content.without_note()
    return before != content


def _require_change_note(version: Version) -> None:
    """Whoever was sent the earlier version reads what is new.

    Raises NoChangeNote, ChangeNoteStops.
    """
    for text in version.texts.values():
        if not text.get(CHANGE_NOTE, ""):
            raise NoChangeNote
        if stops := forbidden_in_recall(text[CHANGE_NOTE], version.warning.unit):
            raise ChangeNoteStops(stops)


def _new_version(
    warning: Warning,
    number: int,
    content: WarningContent,
    choice: AudienceChoice,
    by: "Officer",
    *,
    after: Version | None = None,
) -> Version:
    """The next state. What was not let out before it ends, and whose hands are in that are in this.

    So another person's comma on top of one's own words opens no way round.
    """
    hands: list[uuid.UUID] = []
    if after is not None and not after.is_released:
        hands = after.hands
        steps.end(after)
    version = Version(
        warning=warning,
        number=number,
        texts={k: dict(v) for k, v in content.texts.items()},
        category=content.category,
        severity=content.severity,
        valid_until=content.valid_until,
        audience=choice.as_json(),
        made_by=by,
        hands=hands,
    )
    version.add_hand(by)
    version.save(force_insert=True)
    return version


def _version_detail(version: Version) -> dict[str, object]:
    return {**steps.release_detail(version), "number": version.number}
