"""What whoever writes to a partner does: asks, writes again, agrees or not, takes it back."""

from collections.abc import Mapping

from keng.accounts.models import Partner
from keng.accounts.partner_signing import partner_chain
from keng.acts.act import act
from keng.acts.locks import lock
from keng.audit.actions import record, unit_chain
from keng.channels.text import clean_text
from keng.dialogue import shown_codes
from keng.kit import times
from keng.kit.codes import token_for_answers
from keng.partner_inbox import acts
from keng.partner_inbox.errors import InboxClosed, MatterEnded, NothingToAgreeTo
from keng.partner_inbox.inbox_role import in_inbox_role
from keng.partner_inbox.models import InboxMatter, InboxMessage, PartnerInbox
from keng.partner_inbox.passing_on import pass_on, tells_of_danger
from keng.partner_inbox.purge import destroy_matters
from keng.partner_inbox.queries import may_have_inbox
from keng.partner_inbox.seals import (
    InboxKeyPair,
    matter_key_of_asker,
    open_words,
    seal_matter_key,
    seal_words,
)
from keng.tips import receipt_codes

RESIDENT = "resident"


def report_code(code: str) -> str:
    """The code of the report that may be made of a matter: whoever has this one's has that."""
    return receipt_codes.code_from_token(token_for_answers(code, "report of a matter"))


@act(acts.ASK_PARTNER)
def ask_partner(partner: Partner, *, text: str, token: str, language: str) -> None:
    """Seal what somebody wrote for the partner; its code is shown for a while.

    The same token writes once. Where danger is read in it, the desk of the place has it at once.
    Raises InboxClosed, tips.errors.CannotSeal.
    """
    code, text = receipt_codes.code_from_token(token), clean_text(text)
    with in_inbox_role():
        inbox = PartnerInbox.objects.open().filter(partner=partner).first()
        known = InboxMatter.objects.filter(code_hash=receipt_codes.code_hash(code))
        if known.exists():
            return
    if inbox is None or not partner.is_active or not may_have_inbox(partner):
        raise InboxClosed
    matter = InboxMatter(
        inbox=inbox,
        code_hash=receipt_codes.code_hash(code),
        report_hash=receipt_codes.code_hash(report_code(code)),
        language=language,
    )
    seal_matter_key(InboxKeyPair.make(), matter, inbox, code)
    # Before the row: two at once wait here for each other, and the second writes nothing.
    with in_inbox_role():
        InboxMatter.objects.bulk_create([matter], ignore_conflicts=True)
        if not known.filter(pk=matter.pk).exists():
            return
        _write(matter, text)
    shown_codes.show_code_for_a_while(token)
    record("matter.asked", by=RESIDENT, on=matter, chain=partner_chain(partner.pk))
    if tells_of_danger(text):
        _pass_on_danger(matter, partner, text)


@act(acts.WRITE_TO_PARTNER)
def write_to_partner(code: str, *, text: str) -> None:
    """Write once more. The same words twice in a row are one message. Raises MatterEnded."""
    matter = _locked(code)
    if matter.ended_at:
        raise MatterEnded
    text, private = clean_text(text), matter_key_of_asker(matter, code)
    with in_inbox_role():
        last = InboxMessage.objects.filter(matter=matter).order_by("id").last()
        if last and last.author == InboxMessage.Author.ASKER and open_words(last, private) == text:
            return
        _write(matter, text)
        matter.last_at, matter.waits_for_partner = times.now(), True
        matter.save(update_fields=["last_at", "waits_for_partner"])
    if tells_of_danger(text) and not matter.is_passed_on:
        _pass_on_danger(matter, _partner_of(matter), words_of_asker(matter, private))


@act(acts.ANSWER_CONSENT)
def answer_consent(code: str, *, agrees: bool, contact: Mapping[str, str] | None = None) -> None:
    """Say whether the police may get it; only a yes makes a report, with who it is only if given.

    Raises NothingToAgreeTo, tips.errors.CannotSeal.
    """
    matter = _locked(code)
    if matter.consent != InboxMatter.Consent.ASKED or matter.is_passed_on:
        raise NothingToAgreeTo
    partner = _partner_of(matter)
    matter.consent = InboxMatter.Consent.YES if agrees else InboxMatter.Consent.NO
    chain, action = partner_chain(partner.pk), "matter.declined"
    if agrees:
        words = words_of_asker(matter, matter_key_of_asker(matter, code))
        unit = pass_on(matter, partner, words=words, contact=contact)
        chain, action = unit_chain(unit.pk), "matter.agreed"
    with in_inbox_role():
        matter.save(update_fields=["consent", "passed_to", "report_hash"])
    record(action, by=RESIDENT, on=matter, chain=chain)


@act(acts.WITHDRAW_MATTER)
def withdraw_matter(code: str) -> None:
    """Destroy words and keys at once. What was passed on is a report of its own by now."""
    matter = _locked(code)
    partner_id = _partner_of(matter).pk
    with in_inbox_role():
        destroy_matters([matter.pk])
    record("matter.withdrawn", by=RESIDENT, on=matter, chain=partner_chain(partner_id))


def words_of_asker(matter: InboxMatter, matter_private: bytes) -> str:
    """All that the asker wrote in it, in order."""
    with in_inbox_role():
        own = InboxMessage.objects.filter(matter=matter, author=InboxMessage.Author.ASKER)
        return "\n\n".join(open_words(each, matter_private) for each in own.order_by("id"))


def _pass_on_danger(matter: InboxMatter, partner: Partner, words: str) -> None:
    matter.danger_at = times.now()
    unit = pass_on(matter, partner, words=words)
    with in_inbox_role():
        matter.save(update_fields=["danger_at", "passed_to", "report_hash"])
    record("matter.danger_read", by=RESIDENT, on=matter, chain=unit_chain(unit.pk))


def _write(matter: InboxMatter, text: str) -> None:
    message = InboxMessage(matter=matter, author=InboxMessage.Author.ASKER)
    seal_words(matter, message, text)
    message.save(force_insert=True)


def _locked(code: str) -> InboxMatter:
    """Raises MatterEnded where it is gone."""
    with in_inbox_role():
        found = lock(InboxMatter.objects.all())
        matter = found.filter(code_hash=receipt_codes.code_hash(code)).first()
    if matter is None:
        raise MatterEnded
    return matter


def _partner_of(matter: InboxMatter) -> Partner:
    with in_inbox_role():
        (partner_id,) = PartnerInbox.objects.filter(pk=matter.inbox_id).values_list(
            "partner_id", flat=True
        )
    return Partner.objects.select_related("place", "invited_by_unit").get(pk=partner_id)
