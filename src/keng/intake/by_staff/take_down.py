"""A report that an officer takes down for somebody: through the same door as every other one."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from keng.accounts.models import Officer
from keng.accounts.who import WORKING
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.work import permit_anywhere, run_work
from keng.audit.actions import record, unit_chain
from keng.decisions.triage import sort_tip
from keng.decisions.viewing import note_first_read
from keng.intake import acts
from keng.intake.receive import IncomingTip, receive_tip
from keng.kit import times
from keng.kit.secrets import keyed_hash
from keng.kit.urgency import Happening
from keng.language.masking import cover_values, mask_people
from keng.language.taxonomy import topic_of_category
from keng.places import serving
from keng.places.models import Place, Unit
from keng.tips import receipt_codes
from keng.tips.attachments import store_attachment
from keng.tips.models import HandedCode, TakenDown, Tip
from keng.tips.printed_receipt import PrintedReceipt, receipt_of_tip

MOST_COVERED = 9999
# A second tap or a lost line shows the code again; whoever finds the form in the history later
# reads it no more.
CODE_SHOWN_AGAIN_WITHIN = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """The desk that gets the report, and those that shall see no trace of it."""

    unit: Unit
    concerns: tuple[Unit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TipByStaff:
    """What somebody told an officer; printing it shows no word of it."""

    manner: TakenDown.Manner
    to: Destination
    text: str = field(repr=False)
    place: Place | None = None
    place_detail: str = field(default="", repr=False)
    category: str = ""
    """Of the taxonomy, if the officer has decided already; only for the own desk."""
    happening: str = Happening.UNSURE
    money_moved: bool = False
    urgency: str = ""
    """Empty: by the words."""
    do_not_contact: bool = False
    safe_from: int | None = None
    safe_until: int | None = None
    contact: Mapping[str, str] = field(default_factory=dict, repr=False)
    refusal: str = ""
    refusal_words: str = field(default="", repr=False)
    minor: str = ""
    received_at: dt.datetime = field(default_factory=times.now)
    language: str = "vi"
    picture: bytes = field(default=b"", repr=False)
    """Covered already, as keng.files.redact made it: the action keeps it as it is."""
    seen_by: int | None = None
    covered: int = 0
    """How much the form covered before; what the action still finds is added."""


def may_take_down(officer: Officer) -> bool:
    """Whether this officer takes reports down at all."""
    return WORKING.includes(officer)


def desk_that_takes_down(officer: Officer) -> Unit:
    """The unit in whose name the officer takes reports down. Raises NotAllowed."""
    units = WORKING.own_units(officer)
    if not units:
        raise NotAllowed
    return units[0]


def destination_at_desk(desk: Unit) -> Destination:
    """The desk that takes it down keeps it."""
    return Destination(unit=desk)


def destination_past_desk(desk: Unit, place: Place | None) -> Destination:
    """For a report about people of a desk, or for whoever wants that desk not to know.

    Taken down at a commune it goes to the unit above; at a province the commune is kept out.
    """
    if desk.kind == Unit.Kind.PROVINCE:
        near = serving.unit_for(place) if place else desk
        kept_out = (near,) if near.pk != desk.pk else ()
        return Destination(unit=desk, concerns=kept_out)
    return Destination(unit=serving.unit_above(desk), concerns=(desk,))


@act(acts.TAKE_DOWN_TIP)
def take_down_tip(told: TipByStaff, *, token: str, by: Officer) -> uuid.UUID:
    """Write the report; the same token again writes nothing. Returns the id of the tip.

    The token makes receipt code and one-time link (tips.receipt_codes). What leaves the sight of
    the officer leaves with a code that must be exchanged first. Raises NotAllowed, ReceivedBefore,
    CannotSeal.
    """
    permit_anywhere()
    text, detail, found = _words_to_keep(told)
    is_exchanged_first = (
        told.manner != TakenDown.Manner.CHAT and told.to.unit.pk not in WORKING.own_unit_ids(by)
    )
    new = _incoming_tip(told, token, text, detail, has_receipt=not is_exchanged_first)
    tip_id = receive_tip(new)
    if tip_id != new.id:
        return tip_id
    if told.picture:
        picture = told.picture
        store_attachment(tip_id, told.to.unit.pk, picture, "image/jpeg", plain_copy=picture)
    TakenDown.objects.create(
        tip_id=tip_id,
        officer=by,
        manner=told.manner,
        refusal=told.refusal,
        refusal_words=mask_people(told.refusal_words).text,
        minor=told.minor,
        seen_by=told.seen_by,
        covered=min(told.covered + found, MOST_COVERED),
    )
    if is_exchanged_first:
        code_hash = receipt_codes.code_hash(receipt_codes.code_from_token(token))
        HandedCode.objects.create(hash=code_hash, tip_id=tip_id)
    if Tip.objects.visible_to(by).filter(pk=tip_id).exists():
        note_first_read(tip_id, by=by)
        if told.category:
            sort_tip(tip_id, category=told.category, by=by)
    record(
        "tip.taken_down",
        by=by,
        on=Tip(id=tip_id),
        chain=unit_chain(told.to.unit.pk),
        detail={"manner": str(told.manner), "refused": bool(told.refusal)},
    )
    return tip_id


def receipt_to_show(tip_id: uuid.UUID, code: str, *, by: Officer) -> PrintedReceipt | None:
    """With its code, for two minutes and for who took it down.

    In their name, as the act before: past the desk the tip is nowhere in their sight.
    """
    return run_work(
        f"{__name__}.receipt_to_show",
        lambda: receipt_of_tip(tip_id, code) if _may_read_code(tip_id, by) else None,
        by=by,
    )


def _may_read_code(tip_id: uuid.UUID, officer: Officer) -> bool:
    taken = TakenDown.objects.filter(tip=tip_id, officer=officer)
    return taken.filter(at__gt=times.now() - CODE_SHOWN_AGAIN_WITHIN).exists()


def _words_to_keep(told: TipByStaff) -> tuple[str, str, int]:
    """The words and the spot as they are kept, and how much was covered in them.

    A chat message names people who never wrote to us. What somebody tells an officer is kept as it
    was told, without the teller's own name and numbers, which are sealed beside it.
    """
    if told.manner == TakenDown.Manner.CHAT:
        text, detail = mask_people(told.text), mask_people(told.place_detail)
        return text.text, detail.text, len(text.covered) + len(detail.covered)
    own = [value for value in told.contact.values() if value.strip()]
    return cover_values(told.text, own), cover_values(told.place_detail, own), 0


def _incoming_tip(
    told: TipByStaff, token: str, text: str, detail: str, *, has_receipt: bool
) -> IncomingTip:
    code_hash = receipt_codes.code_hash(receipt_codes.code_from_token(token))
    return IncomingTip(
        unit_id=told.to.unit.pk,
        concerns=tuple(unit.pk for unit in told.to.concerns),
        channel=str(told.manner),
        text=text,
        place_id=told.place.pk if told.place else None,
        place_detail=detail,
        province_code=told.to.unit.province_code,
        language=told.language,
        topic=topic_of_category(told.category) if told.category else "",
        happening=told.happening,
        urgency=told.urgency,
        urgency_is_rated=bool(told.urgency),
        money_moved=told.money_moved,
        do_not_contact=told.do_not_contact,
        safe_from=told.safe_from,
        safe_until=told.safe_until,
        contact=told.contact,
        received_at=told.received_at,
        dedupe_key=keyed_hash("taken down", token),
        receipt_hash=code_hash if has_receipt else b"",
        link_hash=receipt_codes.token_hash(token) if told.manner == TakenDown.Manner.CHAT else b"",
    )
