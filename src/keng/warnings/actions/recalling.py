"""Taking a warning back: at once for a fixed reason, in words of one's own by a second person."""

import uuid

from keng.accounts.models import Officer
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.audit.actions import record, unit_chain
from keng.delivery.actions import dispatch as sending
from keng.delivery.models import Approval, Dispatch
from keng.kit import times
from keng.releases import steps
from keng.releases.errors import NothingWaits
from keng.warnings import acts, outgoing_text
from keng.warnings.actions.drafting import lock_warning, warning_id_of
from keng.warnings.actions.errors import (
    AlreadyRecalled,
    RecallWaits,
    RecallWordsStop,
)
from keng.warnings.models import (
    RecallReason,
    RecallRequest,
    VerifyCode,
    Version,
    Warning,
)
from keng.warnings.queries import recall_audience, waiting_recall
from keng.warnings.recall_words import forbidden_in_recall, recall_reason_words


@act(acts.RECALL_WARNING)
def recall_warning(
    warning_id: uuid.UUID, *, reason: str, by: Officer, deletes_posts: bool = False
) -> Dispatch:
    """Take a warning back, at once and by one person: what is wrong must not wait for a second.

    Only for one of the fixed reasons, so that nobody broadcasts words of their own this way. It
    goes to whoever got it or may have; what no sender holds yet never leaves. Where posts can be
    changed they say so, or are deleted. Raises NotAllowed, AlreadyRecalled.
    """
    warning, latest = _lock_published(warning_id, by)
    if reason == RecallReason.OWN_WORDS:
        raise NotAllowed
    dispatch = _send_recall(
        warning, RecallReason(reason), "", deletes_posts=deletes_posts, by=by, asked_by=None
    )
    overtaken = waiting_recall(warning)
    if overtaken is not None:
        _end_request(overtaken, by)
    detail: dict[str, object] = {"dispatch": str(dispatch.pk), "why": reason}
    _record("warning.recalled", warning, latest, by, detail | _detail_of_posts(deletes_posts))
    return dispatch


@act(acts.ASK_RECALL)
def ask_recall(
    warning_id: uuid.UUID, *, reason: str, words: str, by: Officer, deletes_posts: bool = False
) -> RecallRequest:
    """Hand a recall in for a second person, with words of one's own or a fixed reason.

    Raises AlreadyRecalled, NotAllowed, RecallWaits, RecallWordsStop.
    """
    warning, latest = _lock_published(warning_id, by)
    if waiting_recall(warning) is not None:
        raise RecallWaits
    is_own = reason == RecallReason.OWN_WORDS
    if is_own and (stops := forbidden_in_recall(words, warning.unit)):
        raise RecallWordsStop(stops)
    asked = RecallRequest(
        warning=warning,
        reason=RecallReason(reason),
        words=words if is_own else "",
        deletes_posts=deletes_posts,
    )
    asked.hand_in(by)
    asked.save(force_insert=True)
    detail = {**steps.release_detail(asked), "why": reason, **_detail_of_posts(deletes_posts)}
    _record("warning.recall_asked", warning, latest, by, detail)
    return asked


@act(acts.APPROVE_RECALL)
def approve_recall(request_id: uuid.UUID, *, seen: bytes, by: Officer) -> Dispatch:
    """Let exactly these words take exactly this version back; never by whoever wrote them.

    Raises NotAllowed, HandInIt, NothingWaits, TextChanged, RecallWordsStop, AlreadyRecalled.
    """
    warning, latest, asked = _lock_request(request_id, by)
    steps.let_out(asked, seen=seen, by=by)
    if asked.words and (stops := forbidden_in_recall(asked.words, warning.unit)):
        raise RecallWordsStop(stops)
    author = Officer.objects.get(pk=asked.hands[0])
    dispatch = _send_recall(
        warning,
        asked.reason,
        asked.words,
        deletes_posts=asked.deletes_posts,
        by=by,
        asked_by=author,
    )
    detail: dict[str, object] = {
        **steps.release_detail(asked),
        "dispatch": str(dispatch.pk),
        "why": asked.reason,
        **_detail_of_posts(asked.deletes_posts),
    }
    _record("warning.recalled", warning, latest, by, detail)
    return dispatch


@act(acts.REFUSE_RECALL)
def refuse_recall(request_id: uuid.UUID, *, reason: str, by: Officer) -> RecallRequest:
    """The warning stays, and whoever asked reads why. Raises NothingWaits, NotAllowed."""
    warning, latest, asked = _lock_request(request_id, by)
    if by.pk in asked.hands:
        raise NotAllowed
    _end_request(asked, by, reason=reason)
    _record("warning.recall_refused", warning, latest, by)
    return asked


@act(acts.WITHDRAW_RECALL)
def withdraw_recall(request_id: uuid.UUID, *, by: Officer) -> RecallRequest:
    """Whoever asked for it asks no more. Raises NothingWaits, NotAllowed."""
    warning, latest, asked = _lock_request(request_id, by)
    if by.pk not in asked.hands:
        raise NotAllowed
    _end_request(asked, by)
    _record("warning.recall_withdrawn", warning, latest, by)
    return asked


def _lock_published(warning_id: uuid.UUID, by: Officer) -> tuple[Warning, Version]:
    warning, latest = lock_warning(warning_id, by=by)
    if warning.state != Warning.State.PUBLISHED:
        raise AlreadyRecalled
    return warning, latest


def _lock_request(request_id: uuid.UUID, by: Officer) -> tuple[Warning, Version, RecallRequest]:
    """The request, once its warning is locked: of two who decide at once the second is told."""
    warning_id = warning_id_of(RecallRequest.objects.visible_to(by), request_id)
    warning, latest = _lock_published(warning_id, by)
    waiting = waiting_recall(warning)
    if waiting is None or waiting.pk != request_id:
        raise NothingWaits
    return warning, latest, waiting


def _end_request(asked: RecallRequest, by: Officer, *, reason: str = "") -> None:
    asked.ended_by, asked.returned_reason = by, reason
    asked.save(update_fields=["ended_by", "returned_reason"])
    steps.end(asked)


def _detail_of_posts(deletes_posts: bool) -> dict[str, object]:
    return {"posts": "deleted"} if deletes_posts else {}


def _send_recall(
    warning: Warning,
    reason: str,
    words: str,
    *,
    deletes_posts: bool,
    by: Officer,
    asked_by: Officer | None,
) -> Dispatch:
    published = list(warning.versions.filter(dispatch__isnull=False).order_by("number"))
    found = VerifyCode.objects.filter(version__in=published).order_by("version__number")
    texts = outgoing_text.recall_messages(
        published[-1].texts,
        codes=[code.code for code in found],
        reason=recall_reason_words(reason, words),
        issuer=warning.unit.name,
    )
    audience = recall_audience(warning, deletes_posts=deletes_posts)
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
    # A correction that is written or waits would bring it back to life.
    for version in warning.versions.in_hand():
        steps.end(version)
    return dispatch


def _record(
    action: str,
    warning: Warning,
    version: Version,
    by: Officer,
    detail: dict[str, object] | None = None,
) -> None:
    record(action, by=by, on=version, chain=unit_chain(warning.unit_id), detail=detail or {})
