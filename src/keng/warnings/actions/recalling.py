"""Taking a warning back: at once for a fixed reason, in words of one's own by a second person."""

import uuid
from typing import TYPE_CHECKING

from keng.accounts.vouching import had_a_hand
from keng.acts.act import act
from keng.audit.actions import record, unit_chain
from keng.delivery.actions import dispatch as sending
from keng.delivery.audience import SameRecipients
from keng.delivery.models import Approval, Dispatch
from keng.kit import times
from keng.warnings import acts, outgoing_text
from keng.warnings.actions.drafting import lock_warning, warning_id_of
from keng.warnings.actions.errors import (
    AlreadyRecalled,
    NotPublished,
    NotSubmitted,
    NotYours,
    RecallWaits,
    RecallWordsStop,
    SetUpAnAuthor,
    StaleApproval,
)
from keng.warnings.models import (
    RecallReason,
    RecallRequest,
    RecallRequestQuerySet,
    VerifyCode,
    Version,
    Warning,
)
from keng.warnings.recall_words import forbidden_in_recall, recall_digest, recall_reason_words

if TYPE_CHECKING:
    from keng.accounts.models import Officer


@act(acts.RECALL_WARNING)
def recall_warning(warning_id: uuid.UUID, *, reason: str, by: "Officer") -> Dispatch:
    """Take a warning back, at once and by one person: what is wrong must not wait for a second.

    Only for one of the fixed reasons, so that nobody broadcasts words of their own this way. It
    goes to whoever got it or may have; what has not left yet never leaves. Raises NotAllowed,
    NotPublished, AlreadyRecalled.
    """
    warning, latest = _lock_published(warning_id, by)
    if reason == RecallReason.OWN_WORDS:
        raise NotYours
    dispatch = _send_recall(warning, RecallReason(reason), "", by=by, asked_by=None)
    _waiting_requests(warning).update(
        state=RecallRequest.State.OVERTAKEN, decided_by=by, decided_at=times.now()
    )
    _record("warning.recalled", warning, latest, by, {"dispatch": str(dispatch.pk), "why": reason})
    return dispatch


@act(acts.ASK_RECALL)
def ask_recall(warning_id: uuid.UUID, *, reason: str, words: str, by: "Officer") -> RecallRequest:
    """Hand a recall in for a second person, with words of one's own or a fixed reason.

    Raises NotPublished, AlreadyRecalled, NotAllowed, RecallWaits, RecallWordsStop.
    """
    warning, latest = _lock_published(warning_id, by)
    if _waiting_requests(warning).exists():
        raise RecallWaits
    is_own = reason == RecallReason.OWN_WORDS
    if is_own and (stops := forbidden_in_recall(words, warning.unit)):
        raise RecallWordsStop(stops)
    asked = RecallRequest.objects.create(
        warning=warning, reason=RecallReason(reason), words=words if is_own else "", asked_by=by
    )
    _record("warning.recall_asked", warning, latest, by, {"why": reason})
    return asked


@act(acts.APPROVE_RECALL)
def approve_recall(request_id: uuid.UUID, *, seen: bytes, by: "Officer") -> Dispatch:
    """Let exactly these words take exactly this version back; never by whoever wrote them.

    Raises NotSubmitted, NotAllowed, StaleApproval, RecallWordsStop, NotPublished, AlreadyRecalled.
    """
    warning, latest, asked = _lock_request(request_id, by)
    if asked.asked_by_id == by.pk:
        raise NotYours
    if had_a_hand(by, asked.asked_by):
        raise SetUpAnAuthor
    if seen != digest_of_request(asked, warning):
        raise StaleApproval("text")
    if asked.words and (stops := forbidden_in_recall(asked.words, warning.unit)):
        raise RecallWordsStop(stops)
    dispatch = _send_recall(warning, asked.reason, asked.words, by=by, asked_by=asked.asked_by)
    _decide_request(asked, RecallRequest.State.APPROVED, by)
    detail: dict[str, object] = {
        "dispatch": str(dispatch.pk),
        "why": asked.reason,
        "text": seen.hex(),
    }
    _record("warning.recalled", warning, latest, by, detail)
    return dispatch


@act(acts.REFUSE_RECALL)
def refuse_recall(request_id: uuid.UUID, *, reason: str, by: "Officer") -> RecallRequest:
    """The warning stays, and whoever asked reads why. Raises NotSubmitted, NotAllowed."""
    warning, latest, asked = _lock_request(request_id, by)
    if asked.asked_by_id == by.pk:
        raise NotYours
    asked.refused_reason = reason
    _decide_request(asked, RecallRequest.State.REFUSED, by)
    _record("warning.recall_refused", warning, latest, by)
    return asked


@act(acts.WITHDRAW_RECALL)
def withdraw_recall(request_id: uuid.UUID, *, by: "Officer") -> RecallRequest:
    """Whoever asked for it asks no more. Raises NotSubmitted, NotAllowed."""
    warning, latest, asked = _lock_request(request_id, by)
    if asked.asked_by_id != by.pk:
        raise NotYours
    _decide_request(asked, RecallRequest.State.WITHDRAWN, by)
    _record("warning.recall_withdrawn", warning, latest, by)
    return asked


def digest_of_request(asked: RecallRequest, warning: Warning) -> bytes:
    """What whoever approves it has to have seen, as things stand now."""
    published = warning.versions.filter(published_at__isnull=False)
    number = published.order_by("-number").values_list("number", flat=True).first() or 0
    return recall_digest(warning, number, f"{asked.reason} {asked.words}")


def _lock_published(warning_id: uuid.UUID, by: "Officer") -> tuple[Warning, Version]:
    warning, latest = lock_warning(warning_id, by=by)
    if warning.state == Warning.State.RECALLED:
        raise AlreadyRecalled
    if warning.state != Warning.State.PUBLISHED:
        raise NotPublished
    return warning, latest


def _waiting_requests(warning: Warning) -> RecallRequestQuerySet:
    return RecallRequest.objects.filter(warning=warning).waiting()


def _lock_request(request_id: uuid.UUID, by: "Officer") -> tuple[Warning, Version, RecallRequest]:
    """The request, once its warning is locked: of two who decide at once the second is told."""
    warning_id = warning_id_of(RecallRequest.objects.visible_to(by), request_id)
    warning, latest = _lock_published(warning_id, by)
    waiting = _waiting_requests(warning).filter(pk=request_id).select_related("asked_by").first()
    if waiting is None:
        raise NotSubmitted
    return warning, latest, waiting


def _decide_request(asked: RecallRequest, state: str, by: "Officer") -> None:
    asked.state, asked.decided_by, asked.decided_at = state, by, times.now()
    asked.save(update_fields=["state", "decided_by", "decided_at", "refused_reason"])


def _send_recall(
    warning: Warning, reason: str, words: str, *, by: "Officer", asked_by: "Officer | None"
) -> Dispatch:
    published = list(warning.versions.filter(dispatch__isnull=False).order_by("number"))
    found = VerifyCode.objects.filter(version__in=published).order_by("version__number")
    texts = outgoing_text.recall_messages(
        published[-1].texts,
        codes=[code.code for code in found],
        reason=recall_reason_words(reason, words),
        issuer=warning.unit.name,
    )
    sent = tuple(version.dispatch_id for version in published if version.dispatch_id)
    audience = SameRecipients(sent)
    approval = Approval.objects.create(
        text_hash=outgoing_text.hash_of_texts(texts),
        audience_hash=audience.hash,
        approved_by=by,
        author=asked_by,
    )
    dispatch = sending.send_dispatch(
        kind=Dispatch.Kind.RECALL,
        unit=warning.unit,
        approval=approval,
        texts=texts,
        audience=audience,
        source_kind="warning_version",
        source_ref=published[-1].pk,
        is_urgent=True,
        by=by,
        ends_earlier="recalled",
    )
    warning.state, warning.recalled_at = Warning.State.RECALLED, times.now()
    warning.recall_code, warning.recall_reason = reason, words
    warning.recall_dispatch = dispatch
    warning.save(
        update_fields=["state", "recalled_at", "recall_code", "recall_reason", "recall_dispatch"]
    )
    return dispatch


def _record(
    action: str,
    warning: Warning,
    version: Version,
    by: "Officer",
    detail: dict[str, object] | None = None,
) -> None:
    record(action, by=by, on=version, chain=unit_chain(warning.unit_id), detail=detail or {})
