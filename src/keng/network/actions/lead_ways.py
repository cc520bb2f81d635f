"""Where leads are told: chosen on their own page or written down for them, agreed to, ended.

An address that somebody typed is used once, to ask whoever reads there. A chat is known by a code
that is sent from it, so it has agreed by that.
"""

import datetime
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from keng.acts.act import act
from keng.acts.errors import Refused
from keng.acts.locks import lock, lock_one
from keng.audit.actions import record, unit_chain
from keng.channels import phone_ways
from keng.channels.by_hand import BY_HAND
from keng.channels.email import Email, is_mailbox
from keng.channels.gateway import national_number
from keng.channels.sms import Sms
from keng.kit import times
from keng.kit.codes import random_code
from keng.kit.secrets import keyed_hash, new_row_secret
from keng.language.fold import fold
from keng.network import acts
from keng.network.models import QUIET_FROM, QUIET_TO, Lead, LeadRefusal, LeadWay
from keng.vault import seal
from keng.vault.hybrid import SealedKind

if TYPE_CHECKING:
    from keng.accounts.models import Officer

BY_EMAIL = Email.code
BY_SMS = Sms.code
PHONE_WAYS = phone_ways()
TYPED_CHANNELS = (BY_EMAIL, BY_SMS, *PHONE_WAYS)
"""Those whose address somebody types, so that whoever reads there has to agree."""
CODE_WORD = "DAUMOI"
CODE_LENGTH = 8
CODE_LASTS = datetime.timedelta(minutes=30)
# A lead's page asks a typed address once in so long: it must not flood a mailbox.
_ASK_AGAIN_AFTER = datetime.timedelta(minutes=10)
# Every column that says where a lead is told, and what was said there.
_WAY = [
    "channel",
    "account_ref",
    "address_sealed",
    "address_hash",
    "link_secret",
    "is_entered_for_lead",
    "entered_at",
    "first_message_at",
    "confirmed_at",
    "gone_at",
    "code_hash",
    "code_until",
]


class AddressRefused(Refused):
    """Whoever reads there asked not to be written to."""

    sentence = _("At this address somebody asked to hear nothing from us. Choose another one.")


class NoSuchAddress(Refused):
    """What was typed is no address of this channel."""

    sentence = _("This is not an e-mail address.")


class NoSuchNumber(NoSuchAddress):
    """What was typed is no number."""

    sentence = _("This is not a telephone number of Viet Nam: 0901 234 567 is one.")


class AskedJustNow(Refused):
    """The lead's page asked an address a moment ago."""

    sentence = _("A message was sent a moment ago. Wait ten minutes before you try another one.")


@dataclass(frozen=True, slots=True)
class TypedAddress:
    """A mailbox or a telephone number, as a form or a sheet has checked it."""

    channel: str
    address: str = field(repr=False)

    @property
    def hash(self) -> bytes:
        """What finds it again. Letter case of a mailbox is nobody's second one.

        A number is the same by text message and on Zalo: who refused there refused here.
        """
        channel = BY_SMS if self.channel in PHONE_WAYS else self.channel
        return keyed_hash("lead way", channel, self.address.strip().casefold())

    @property
    def as_sent(self) -> str:
        """As the channel's adapter knows it."""
        phone_way = PHONE_WAYS.get(self.channel)
        return f"{phone_way.prefix}{self.address}" if phone_way else self.address


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Between these two nothing comes but what is urgent; none or both."""

    begins: datetime.time | None
    ends: datetime.time | None


def chat_address(channel: str, account_id: uuid.UUID, reply_address: str) -> TypedAddress:
    """A chat, which each account of the channel knows by a number of its own."""
    return TypedAddress(channel, f"{account_id} {reply_address}")


def read_typed_address(channel: str, words: str) -> TypedAddress:
    """The address in the form in which it is kept. Raises NoSuchAddress."""
    if channel == BY_SMS or channel in PHONE_WAYS:
        number = national_number(words)
        if not number:
            raise NoSuchNumber
        return TypedAddress(channel, f"0{number}")
    address = words.strip()
    if not is_mailbox(address):
        raise NoSuchAddress
    return TypedAddress(channel, address)


def is_refused(typed: TypedAddress) -> bool:
    """Whether whoever reads there asked not to be written to."""
    return LeadRefusal.objects.filter(mark_hash=typed.hash).exists()


@act(acts.CHOOSE_LEAD_WAY)
def choose_lead_way(lead: Lead, typed: TypedAddress) -> None:
    """The lead types where to be told; the first message asks there.

    Raises AddressRefused, AskedJustNow.
    """
    way = _lock_way(lead.pk)
    is_same = way.address_hash is not None and bytes(way.address_hash) == typed.hash
    if is_same and way.channel == typed.channel and not way.gone_at:
        return
    asked_at = None if way.is_entered_for_lead else way.entered_at
    if asked_at is not None and asked_at > times.now() - _ASK_AGAIN_AFTER:
        raise AskedJustNow
    put_typed_address(way, typed, is_entered_for_lead=False)
    _save(way)
    _record_choice(lead, typed.channel)


@act(acts.CHOOSE_QUIET_HOURS)
def choose_quiet_hours(lead: Lead, quiet: QuietHours) -> None:
    """When the lead is left in peace."""
    way = _lock_way(lead.pk)
    way.quiet_from, way.quiet_to = quiet.begins, quiet.ends
    way.save(update_fields=["quiet_from", "quiet_to"])


@act(acts.ASK_LEAD_CHAT_CODE)
def ask_lead_chat_code(lead: Lead) -> str:
    """A code to send from the own chat within CODE_LASTS; an earlier one is over."""
    code = random_code(CODE_LENGTH)
    way = _lock_way(lead.pk)
    way.code_hash, way.code_until = lead_code_hash(code), times.now() + CODE_LASTS
    way.save(update_fields=["code_hash", "code_until"])
    return f"{CODE_WORD}-{code[:4]}-{code[4:]}"


@act(acts.CHOOSE_LEAD_WAY)
def choose_by_hand(lead: Lead) -> None:
    """The lead wants to be told by an officer from now on; the address goes."""
    way = _lock_way(lead.pk)
    if way.channel:
        _empty(way)
        _save(way)
        _record_choice(lead, BY_HAND)


@act(acts.ENTER_LEAD_WAY)
def enter_lead_way(lead_id: uuid.UUID, typed: TypedAddress, *, by: "Officer") -> None:
    """An officer writes down where a lead is told; the first message says so and asks.

    Raises NotAllowed, AddressRefused.
    """
    lead = lock_one(Lead.objects.visible_to(by).filter(stopped_at__isnull=True), lead_id)
    way = _lock_way(lead.pk)
    put_typed_address(way, typed, is_entered_for_lead=True)
    _save(way)
    detail = {"channel": typed.channel}
    record("lead.way_entered", by=by, on=lead, chain=unit_chain(lead.unit_id), detail=detail)


@act(acts.CONFIRM_LEAD_WAY)
def confirm_lead_way(way: LeadWay) -> bool:
    """Whoever reads there agrees to be told there; False where it was ended meanwhile."""
    lead = lock(Lead.objects.filter(stopped_at__isnull=True)).filter(pk=way.pk).first()
    locked = _lock_way(way.pk) if lead else None
    if lead is None or locked is None or bytes(locked.link_secret) != bytes(way.link_secret):
        return False
    if locked.confirmed_at is None and locked.channel:
        locked.confirmed_at = times.now()
        locked.save(update_fields=["confirmed_at"])
        detail = {"channel": locked.channel}
        record(
            "lead.way_confirmed", by=lead, on=lead, chain=unit_chain(lead.unit_id), detail=detail
        )
    return True


def put_typed_address(way: LeadWay, typed: TypedAddress, *, is_entered_for_lead: bool) -> None:
    """A step: the row says this address, which nobody has agreed to yet. Raises AddressRefused."""
    if is_refused(typed):
        raise AddressRefused
    _put_address(way, typed, seal.SealBatch(), is_entered_for_lead=is_entered_for_lead)


def _put_address(
    way: LeadWay, typed: TypedAddress, seals: seal.SealBatch, *, is_entered_for_lead: bool
) -> None:
    _empty(way)
    way.channel = typed.channel
    way.address_sealed = seals.for_sender(typed.as_sent, kind=SealedKind.ADDRESS)
    way.address_hash = typed.hash
    way.is_entered_for_lead = is_entered_for_lead
    way.entered_at = times.now()


def hold_ways(lead_ids: Iterable[uuid.UUID]) -> None:
    """A step of a sheet: what leads choose on their own pages waits until it is taken over."""
    ids = sorted(lead_ids)
    rows = (LeadWay(lead_id=key) for key in ids)
    LeadWay.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    list(lock(LeadWay.objects.without_address().filter(pk__in=ids)))


def enter_ways(typed: Mapping[uuid.UUID, TypedAddress]) -> None:
    """A step of a sheet: what it says for each lead; who refused was left out of it before.

    Of leads who were there before, the rows are held since the sheet was planned (hold_ways).
    """
    known = {way.pk: way for way in lock(LeadWay.objects.without_address().filter(pk__in=typed))}
    new = {key: LeadWay(lead_id=key) for key in typed if key not in known}
    seals = seal.SealBatch()
    for key, way in (known | new).items():
        _put_address(way, typed[key], seals, is_entered_for_lead=True)
    # With all columns at once: Django takes a second to update a hundred rows of so many. There is
    # no conflict to ignore; without the word Django reads the address back, which no desk may.
    LeadWay.objects.bulk_create(new.values(), batch_size=500, ignore_conflicts=True)
    LeadWay.objects.bulk_update(known.values(), _WAY, batch_size=500)


def end_lead_way(lead_id: uuid.UUID) -> None:
    """A step of stopping: the address goes, and nobody enters it again."""
    way = lock(LeadWay.objects.without_address()).filter(pk=lead_id).first()
    if way is None:
        return
    if way.address_hash is not None:
        mark = LeadRefusal(mark_hash=bytes(way.address_hash))
        LeadRefusal.objects.bulk_create([mark], ignore_conflicts=True)
    _empty(way)
    _save(way)


def erase_lead_row(lead: Lead) -> None:
    """A step of erasing: two marks stay, by which no later sheet writes name or address down."""
    mark = LeadRefusal(mark_hash=lead_name_mark(lead.unit_id, lead.name))
    LeadRefusal.objects.bulk_create([mark], ignore_conflicts=True)
    end_lead_way(lead.pk)
    LeadWay.objects.filter(pk=lead.pk).update(quiet_from=QUIET_FROM, quiet_to=QUIET_TO)
    # All else goes with it, by a trigger of the database.
    lead.erased_at = times.now()
    lead.save(update_fields=["erased_at"])


def is_name_kept_away(unit_id: uuid.UUID, name: str) -> bool:
    """Whether somebody of this name in the unit asked to be erased."""
    return LeadRefusal.objects.filter(mark_hash=lead_name_mark(unit_id, name)).exists()


def lead_name_mark(unit_id: uuid.UUID, name: str) -> bytes:
    """What a name in its unit is known by once nobody keeps it; accents and case aside."""
    return keyed_hash("lead name", str(unit_id), fold(" ".join(name.split())))


def lead_code_hash(code: str) -> bytes:
    """What a code is found by."""
    return keyed_hash("lead chat code", code)


def _lock_way(lead_id: uuid.UUID) -> LeadWay:
    """The lead's row, locked; made where there is none."""
    LeadWay.objects.bulk_create([LeadWay(lead_id=lead_id)], ignore_conflicts=True)
    return lock(LeadWay.objects.without_address()).get(pk=lead_id)


def _empty(way: LeadWay) -> None:
    """As if nothing had been chosen; links of before lead nowhere."""
    way.channel, way.account_ref = "", None
    way.address_sealed, way.address_hash = b"", None
    way.link_secret = new_row_secret()
    way.is_entered_for_lead, way.entered_at = False, None
    way.first_message_at, way.confirmed_at, way.gone_at = None, None, None
    way.code_hash, way.code_until = None, None


def _save(way: LeadWay) -> None:
    way.save(update_fields=_WAY)


def _record_choice(lead: Lead, channel: str) -> None:
    chain = unit_chain(lead.unit_id)
    record("lead.way_chosen", by=lead, on=lead, chain=chain, detail={"channel": channel})
