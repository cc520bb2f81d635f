"""A week in which the asker can say: it is a matter of safety or services after all."""

from keng.acts.act import act
from keng.acts.locks import lock
from keng.audit.actions import record, unit_chain
from keng.claims.actions.errors import NothingToObject
from keng.claims.actions.objections import OBJECTION_TIME
from keng.claims.secret_links import unbox_words
from keng.community import acts
from keng.community.models import Question
from keng.kit import times
from keng.tips import receipt_codes


def may_object_to_opinion(question: Question) -> bool:
    """Whether its code can still bring the words back to the desk."""
    return (
        question.state == Question.State.OPINION
        and question.objected_at is None
        and bool(question.box)
        and question.decided_at is not None
        and question.decided_at > times.now() - OBJECTION_TIME
    )


@act(acts.OBJECT_TO_OPINION)
def object_to_opinion(code: str) -> Question:
    """The words wait at the desk again, once, for another officer. Raises NothingToObject."""
    found = lock(Question.objects.without_desk_columns())
    question = found.filter(code_hash=receipt_codes.code_hash(code)).first()
    if question is None or not may_object_to_opinion(question):
        raise NothingToObject
    question.state, question.text = Question.State.WAITING, unbox_words(bytes(question.box), code)
    question.decided_at, question.objected_at = None, times.now()
    question.save(update_fields=["state", "text", "decided_at", "objected_at"])
    record("question.objected", by="resident", on=question, chain=unit_chain(question.unit_id))
    return question
