"""What members of a partner do with a matter of their inbox."""

import uuid

from keng.accounts.models import PartnerMember
from keng.accounts.partner_role import in_partner_role
from keng.accounts.partner_signing import partner_chain
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.locks import lock
from keng.acts.work import permit_over
from keng.audit.actions import record, unit_chain
from keng.channels.text import clean_text
from keng.kit import times
from keng.partner_inbox import acts, queries
from keng.partner_inbox.errors import MatterEnded, PassedOnAlready
from keng.partner_inbox.holder_acts import UnlockedInbox
from keng.partner_inbox.models import InboxMatter
from keng.partner_inbox.passing_on import has_danger_to_tell, pass_on_danger
from keng.partner_inbox.seals import matter_key_of_partner
from keng.partner_inbox.writing import add_sealed_message


@act(acts.ANSWER_MATTER)
def answer_matter(
    matter_id: uuid.UUID, *, words: str, unlocked: UnlockedInbox, by: PartnerMember
) -> None:
    """Write to whoever asked. The same words twice in a row are one answer. Raises MatterEnded."""
    matter = _locked_open(matter_id, unlocked, by)
    if _add(matter, words, unlocked, by):
        record("matter.answered", by=by, on=matter, chain=partner_chain(by.partner_id))


@act(acts.ASK_CONSENT)
def ask_consent(
    matter_id: uuid.UUID, *, words: str, unlocked: UnlockedInbox, by: PartnerMember
) -> None:
    """Ask whether the police may get it, and say why; only the asker's yes passes it on.

    Raises MatterEnded, PassedOnAlready.
    """
    matter = _locked_open(matter_id, unlocked, by)
    if matter.is_passed_on:
        raise PassedOnAlready
    if not _add(matter, words, unlocked, by):
        return
    matter.consent = InboxMatter.Consent.ASKED
    with in_partner_role():
        matter.save(update_fields=["consent"])
    record("matter.consent_asked", by=by, on=matter, chain=partner_chain(by.partner_id))


@act(acts.PASS_ON_FOR_DANGER)
def pass_on_for_danger(matter_id: uuid.UUID, *, unlocked: UnlockedInbox, by: PartnerMember) -> None:
    """Somebody's life or a child is in danger: the desk gets the words, not who wrote them.

    Once more only if the asker wrote since. Raises MatterEnded, PassedOnAlready, CannotPassOn.
    """
    matter = _locked_open(matter_id, unlocked, by)
    private = matter_key_of_partner(matter, unlocked.private)
    own = queries.of_asker(queries.opened_messages(matter, private))
    if not has_danger_to_tell(matter, own):
        raise PassedOnAlready
    unit = pass_on_danger(
        matter,
        queries.partner_of(unlocked.inbox),
        texts=[one.text for one in own],
        last=own[-1],
    )
    detail = {"unit": str(unit.pk)}
    record(
        "matter.danger_told", by=by, on=matter, chain=partner_chain(by.partner_id), detail=detail
    )
    record("matter.danger_told", by=by, on=matter, chain=unit_chain(unit.pk))


@act(acts.END_MATTER)
def end_matter(matter_id: uuid.UUID, *, unlocked: UnlockedInbox, by: PartnerMember) -> None:
    """It is dealt with: its time until it is destroyed begins. Raises MatterEnded."""
    matter = _locked_open(matter_id, unlocked, by)
    matter.ended_at, matter.waits_for_partner = times.now(), False
    with in_partner_role():
        matter.save(update_fields=["ended_at", "waits_for_partner"])
    record("matter.ended", by=by, on=matter, chain=partner_chain(by.partner_id))


def _locked_open(matter_id: uuid.UUID, unlocked: UnlockedInbox, by: PartnerMember) -> InboxMatter:
    """Raises NotAllowed, MatterEnded."""
    permit_over(unlocked.inbox.partner_id)
    with in_partner_role():
        own = InboxMatter.objects.filter(inbox=unlocked.inbox, inbox__partner=by.partner_id)
        matter = lock(own).filter(pk=matter_id).first()
    if matter is None:
        raise NotAllowed
    if matter.ended_at:
        raise MatterEnded
    return matter


def _add(matter: InboxMatter, words: str, unlocked: UnlockedInbox, by: PartnerMember) -> bool:
    """Whether it was written: not where the last answer says the same."""
    private = matter_key_of_partner(matter, unlocked.private)
    return add_sealed_message(matter, clean_text(words), private, member=by) is not None
