"""What whoever writes to a partner does: asks, writes again, agrees or not, takes it back."""

from collections.abc import Mapping

from keng.accounts.models import Partner
from keng.accounts.partner_role import in_partner_role
from keng.accounts.partner_signing import partner_chain
from keng.acts.act import act
from keng.acts.locks import lock
from keng.audit.actions import record, unit_chain
from keng.channels.text import clean_text
from keng.dialogue import shown_codes
from keng.partner_inbox import acts, queries
from keng.partner_inbox.errors import InboxClosed, MatterEnded, NothingToAgreeTo
from keng.partner_inbox.models import InboxMatter, InboxMessage, PartnerInbox
from keng.partner_inbox.passing_on import join_danger, pass_on, pass_on_danger, tells_of_danger
from keng.partner_inbox.purge import destroy_matters
from keng.partner_inbox.report_codes import report_code, reports_of_asker
from keng.partner_inbox.seals import InboxKeyPair, matter_key_of_asker, seal_matter_key
from keng.partner_inbox.writing import add_sealed_message
from keng.tips import receipt_codes

RESIDENT = "resident"


@act(acts.ASK_PARTNER)
def ask_partner(partner: Partner, *, text: str, token: str, language: str) -> None:
    """Seal what somebody wrote for the partner; its code is shown for a while.

    The same token writes once. Where danger is read in it, the desk of the place has it at once.
    Raises InboxClosed, CannotPassOn.
    """
    code, text = receipt_codes.code_from_token(token), clean_text(text)
    with in_partner_role():
        # Locked: it does not end while something is put into it.
        inbox = lock(PartnerInbox.objects.open().filter(partner=partner)).first()
        known = InboxMatter.objects.filter(code_hash=receipt_codes.code_hash(code))
        if known.exists():
            return
    if inbox is None or queries.open_inbox_of(partner) is None:
        raise InboxClosed
    matter = InboxMatter(
        inbox=inbox,
        code_hash=receipt_codes.code_hash(code),
        report_hash=receipt_codes.code_hash(report_code(code)),
        language=language,
    )
    pair = InboxKeyPair.make()
    seal_matter_key(pair, matter, inbox, code)
    # Before the row: two at once wait here for each other, and the second writes nothing.
    with in_partner_role():
        InboxMatter.objects.bulk_create([matter], ignore_conflicts=True)
        if not known.filter(pk=matter.pk).exists():
            return
    message = add_sealed_message(matter, text, pair.private)
    shown_codes.show_code_for_a_while(token)
    record("matter.asked", by=RESIDENT, on=matter, chain=partner_chain(partner.pk))
    if message is not None and tells_of_danger(text):
        _tell_danger(matter, message, text, pair.private, code)


@act(acts.WRITE_TO_PARTNER)
def write_to_partner(code: str, *, text: str) -> None:
    """Write once more. The same words twice in a row are one message.

    A matter that has ended takes words of danger still, for the police. Raises MatterEnded,
    CannotPassOn.
    """
    matter, text = _locked(code), clean_text(text)
    is_danger = tells_of_danger(text)
    if matter.ended_at and not is_danger:
        raise MatterEnded
    private = matter_key_of_asker(matter, code)
    message = add_sealed_message(matter, text, private)
    if message is not None and is_danger:
        _tell_danger(matter, message, text, private, code)


@act(acts.ANSWER_CONSENT)
def answer_consent(code: str, *, agrees: bool, contact: Mapping[str, str] | None = None) -> None:
    """Say whether the police may get it; only a yes makes a report, with who it is only if given.

    Raises NothingToAgreeTo, CannotPassOn.
    """
    matter = _locked(code)
    if matter.consent != InboxMatter.Consent.ASKED or matter.is_passed_on:
        raise NothingToAgreeTo
    partner = queries.partner_of(matter.inbox)
    matter.consent = InboxMatter.Consent.YES if agrees else InboxMatter.Consent.NO
    chain, action = partner_chain(partner.pk), "matter.declined"
    if agrees:
        own = queries.of_asker(queries.opened_messages(matter, matter_key_of_asker(matter, code)))
        unit = pass_on(matter, partner, texts=[one.text for one in own], contact=contact)
        chain, action = unit_chain(unit.pk), "matter.agreed"
    with in_partner_role():
        matter.save(update_fields=["consent", "passed_to", "report_hash"])
    record(action, by=RESIDENT, on=matter, chain=chain)


@act(acts.WITHDRAW_MATTER)
def withdraw_matter(code: str) -> list[str]:
    """Destroy words and keys at once. What was passed on is a report of its own by now.

    Returns the codes of such reports: the matter's own led to them until now. Raises MatterEnded.
    """
    matter = _locked(code)
    own = queries.of_asker(queries.opened_messages(matter, matter_key_of_asker(matter, code)))
    codes = list(reports_of_asker(code, own))
    with in_partner_role():
        destroy_matters([matter.pk])
    chain = partner_chain(matter.inbox.partner_id)
    record("matter.withdrawn", by=RESIDENT, on=matter, chain=chain)
    return codes


def _tell_danger(
    matter: InboxMatter, message: InboxMessage, text: str, private: bytes, code: str
) -> None:
    """The police get the new message: in a report that was made of it, or in one of its own."""
    own = queries.of_asker(queries.opened_messages(matter, private))
    unit = join_danger(matter, text, reports=list(reports_of_asker(code, own).values()))
    if unit is None:
        unit = pass_on_danger(
            matter,
            queries.partner_of(matter.inbox),
            texts=[one.text for one in own],
            last=message,
            receipt_hash=receipt_codes.code_hash(report_code(code, message)),
        )
    record("matter.danger_read", by=RESIDENT, on=matter, chain=unit_chain(unit.pk))


def _locked(code: str) -> InboxMatter:
    """Raises MatterEnded where it is gone."""
    with in_partner_role():
        found = lock(InboxMatter.objects.select_related("inbox"))
        matter = found.filter(code_hash=receipt_codes.code_hash(code)).first()
    if matter is None:
        raise MatterEnded
    return matter
