"""A matter of a partner's inbox becomes a report at the desk of the place.

For danger to life or a child without being asked, and then without who wrote it; else only as the
asker agreed. What the asker writes later of danger joins that report, or makes one of its own.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from keng.accounts.models import Partner
from keng.accounts.partner_role import in_partner_role
from keng.dialogue.reporter import add_reporter_message
from keng.intake.receive import IncomingTip, receive_tip
from keng.kit import times
from keng.kit.secrets import keyed_hash
from keng.language.danger import danger_in
from keng.language.officers import seems_about_officers
from keng.language.reporters_own import cut_reporters_own
from keng.partner_inbox.errors import CannotPassOn
from keng.partner_inbox.models import InboxMatter, InboxMessage
from keng.places import serving
from keng.places.models import Unit
from keng.tips.concerns import unit_that_would_read
from keng.tips.errors import AlreadyClosed, CannotSeal
from keng.tips.models import Tip
from keng.tips.origins import FROM_PARTNER

# What is taken may be got back; everything else that is read as danger is about somebody.
_ABOUT_THINGS = frozenset({"theft"})


def tells_of_danger(text: str) -> bool:
    """Whether the words speak of danger to somebody's life, or to a child."""
    danger = danger_in(text)
    return danger is not None and danger.kind not in _ABOUT_THINGS


def has_danger_to_tell(matter: InboxMatter, own: Sequence[InboxMessage]) -> bool:
    """Whether the asker wrote (their own messages, in order) what no desk got as danger yet."""
    return matter.danger_at is None or any(one.written_at > matter.danger_at for one in own)


def pass_on(
    matter: InboxMatter,
    partner: Partner,
    *,
    texts: Sequence[str],
    contact: Mapping[str, str] | None = None,
) -> Unit:
    """Make the report and say in the matter which desk got it; the caller saves the matter.

    Names and numbers that the asker wrote about themselves stay behind, unless they give them now.
    The same matter makes one such report. Raises CannotPassOn.
    """
    key = keyed_hash("partner matter", matter.pk.bytes)
    receipt_hash = bytes(matter.report_hash)
    unit = _report(matter, partner, texts, key=key, receipt_hash=receipt_hash, contact=contact)
    matter.passed_to, matter.report_hash = unit, b""
    return unit


def pass_on_danger(
    matter: InboxMatter,
    partner: Partner,
    *,
    texts: Sequence[str],
    last: InboxMessage,
    receipt_hash: bytes = b"",
) -> Unit:
    """Give the desk all that the asker wrote; of a matter that was passed on, once more.

    `last` is the asker's last message: up to it one such report is made. The report once more has
    this `receipt_hash`, or nobody has a code for it. Raises CannotPassOn.
    """
    if matter.is_passed_on:
        key = keyed_hash("partner matter again", last.pk.bytes)
        unit = _report(matter, partner, texts, key=key, receipt_hash=receipt_hash)
    else:
        unit = pass_on(matter, partner, texts=texts)
    _note_danger(matter, unit)
    return unit


def join_danger(matter: InboxMatter, text: str, *, reports: Sequence[uuid.UUID]) -> Unit | None:
    """Add words of danger to a report that was made of the matter, the newest that takes them.

    Not to one whose desk the words seem to be about. None where no report takes them. Raises
    CannotPassOn.
    """
    shown, _own = cut_reporters_own(text)
    for tip_id in reversed(reports):
        tip = Tip.objects.select_related("responsible_unit").get(pk=tip_id)
        if unit_that_would_read(tip, text):
            continue
        try:
            with _sealing():
                add_reporter_message(tip_id, text=shown)
        except AlreadyClosed:
            continue
        _note_danger(matter, tip.responsible_unit)
        return tip.responsible_unit
    return None


def _note_danger(matter: InboxMatter, unit: Unit) -> None:
    matter.danger_at, matter.passed_to = times.now(), unit
    with in_partner_role():
        matter.save(update_fields=["danger_at", "passed_to", "report_hash"])


def _report(
    matter: InboxMatter,
    partner: Partner,
    texts: Sequence[str],
    *,
    key: bytes,
    receipt_hash: bytes,
    contact: Mapping[str, str] | None = None,
) -> Unit:
    unit, kept_from = _desk_of(partner, texts)
    shown, _own = cut_reporters_own("\n\n".join(texts))
    with _sealing():
        receive_tip(
            IncomingTip(
                unit_id=unit.pk,
                concerns=(kept_from.pk,) if kept_from else (),
                concerns_by_words=kept_from is not None,
                channel=FROM_PARTNER,
                text=shown,
                place_id=partner.place_id,
                province_code=unit.province_code,
                language=matter.language,
                receipt_hash=receipt_hash,
                dedupe_key=key,
                contact=contact or {},
            )
        )
    return unit


def _desk_of(partner: Partner, texts: Sequence[str]) -> tuple[Unit, Unit | None]:
    """The desk of the partner's place and None; or the one above it, and the one it is about.

    Each message is read by itself: of a pretended officer told once, all others are not.
    """
    nearest = partner.invited_by_unit
    if partner.place is not None:
        try:
            nearest = serving.unit_for(partner.place)
        except Unit.DoesNotExist:
            nearest = partner.invited_by_unit
    is_about_them = any(seems_about_officers(text) for text in texts)
    unit = serving.unit_above(nearest) if is_about_them else nearest
    return unit, None if unit == nearest else nearest


@contextmanager
def _sealing() -> Iterator[None]:
    """Raises CannotPassOn where there is no key to seal with."""
    try:
        yield
    except CannotSeal as error:
        raise CannotPassOn from error
