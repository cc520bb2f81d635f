"""Unfinished answers: on the server only as ciphertext, opened by a secret in the browser's cookie.

So the table tells neither what is being answered nor to which survey.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from keng.acts.act import act
from keng.acts.locks import lock
from keng.kit.browser_drafts import BrowserDrafts, new_draft_secret
from keng.surveys import acts
from keng.surveys.models import Draft

ANSWER_DRAFTS = BrowserDrafts(Draft, "survey draft", timedelta(hours=24))


@dataclass
class UnfinishedAnswer:
    """A draft in the clear, for the length of one request."""

    secret: str = field(repr=False)
    survey: str
    said: dict[str, Any] = field(default_factory=dict, repr=False)
    seen: list[str] = field(default_factory=list, repr=False)
    """Keys of the questions that were answered or left out."""
    slip: str = field(default="", repr=False)
    box: bytes = field(default=b"", repr=False)
    """What it was loaded from; empty while it is not kept."""


def begin_draft(survey: str, slip: str = "") -> UnfinishedAnswer:
    """An empty draft that is not stored yet."""
    return UnfinishedAnswer(new_draft_secret(), survey, slip=slip)


def load_draft(secret: str, survey: str, *, to_send: bool = False) -> UnfinishedAnswer | None:
    """The draft of a secret for this survey; None when there is none or its day is over.

    `to_send`, inside an act: the same form sent twice at once waits.
    """
    among = lock(Draft.objects.all(), to_delete=True) if to_send else None
    found = ANSWER_DRAFTS.load(secret, among)
    if found is None or found.said["of"] != survey:
        return None
    kept = found.said
    # One that was begun before this was kept has only its answers.
    seen = kept.get("seen", list(kept["said"]))
    return UnfinishedAnswer(secret, survey, kept["said"], seen, kept["slip"], found.box)


@act(acts.KEEP_DRAFT)
def save_draft(draft: UnfinishedAnswer) -> None:
    """Store the draft; its day begins again. Raises DraftChanged."""
    kept = {"of": draft.survey, "said": draft.said, "seen": draft.seen, "slip": draft.slip}
    draft.box = ANSWER_DRAFTS.save(draft.secret, kept, before=draft.box)


def drop_draft(secret: str) -> None:
    """Forget a draft."""
    ANSWER_DRAFTS.row_of(secret).delete()


def sweep_drafts() -> int:
    """Remove drafts whose day is over. A job of the worker."""
    return ANSWER_DRAFTS.ended().delete()[0]
