"""A lesson, check, campaign or introduction as its second person reads it, whoever that is."""

from typing import Any

from keng.claims.actions.for_partners import unsaved_revision
from keng.claims.sentences import prepared_for_reader
from keng.partners.campaign_parts import read_campaign
from keng.partners.models import Manuscript


def has_content(text: Manuscript) -> bool:
    """Whether there is something to read, and not only boxes half filled."""
    return "texts" in text.content


def reading_context(text: Manuscript) -> dict[str, Any]:
    """What the included page needs (partners/lesson_words.html, partners/campaign_words.html,
    claims/body.html).
    """
    content = text.content
    if text.kind == Manuscript.Kind.CAMPAIGN:
        return {"reading": read_campaign(content)}
    if text.kind == Manuscript.Kind.PLACE:
        return {"introduction": content["texts"]["vi"]["about"]}
    if text.kind == Manuscript.Kind.CHECK:
        check = prepared_for_reader([unsaved_revision(content)])[0]
        check.words, check.spoken = check.texts["vi"], "vi"
        return {"check": check, "stands": True}
    opens = None if text.collection_id else content.get("collection")
    return {"lesson_texts": content["texts"], "right": content["right"], "opens": opens}
