"""A matter of a partner's inbox becomes a report at the desk of the place.

For danger to life or a child without being asked, and then without who wrote it; else only as the
asker agreed.
"""

from collections.abc import Mapping

from keng.accounts.models import Partner
from keng.intake.receive import IncomingTip, receive_tip
from keng.kit.secrets import keyed_hash
from keng.language.danger import danger_in
from keng.language.officers import seems_about_officers
from keng.language.reporters_own import cut_reporters_own
from keng.partner_inbox.models import InboxMatter
from keng.places import serving
from keng.places.models import Unit
from keng.tips.origins import FROM_PARTNER

# What is taken may be got back; everything else that is read as danger is about somebody.
_ABOUT_THINGS = frozenset({"theft"})


def tells_of_danger(text: str) -> bool:
    """Whether the words speak of danger to somebody's life, or to a child."""
    danger = danger_in(text)
    return danger is not None and danger.kind not in _ABOUT_THINGS


def pass_on(
    matter: InboxMatter, partner: Partner, *, words: str, contact: Mapping[str, str] | None = None
) -> Unit:
    """Make the report and say in the matter which desk got it; the caller saves the matter.

    Names and numbers that the asker wrote about themselves stay behind, unless they give them now.
    The same matter makes one report. Raises tips.errors.CannotSeal.
    """
    unit, kept_from = _desk_of(partner, words)
    shown, _own = cut_reporters_own(words)
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
            receipt_hash=bytes(matter.report_hash),
            dedupe_key=keyed_hash("partner matter", matter.pk.bytes),
            contact=contact or {},
        )
    )
    matter.passed_to, matter.report_hash = unit, b""
    return unit


def _desk_of(partner: Partner, words: str) -> tuple[Unit, Unit | None]:
    """The desk of the partner's place and None; or the one above it, and the one it is about."""
    nearest = partner.invited_by_unit
    if partner.place is not None:
        try:
            nearest = serving.unit_for(partner.place)
        except Unit.DoesNotExist:
            nearest = partner.invited_by_unit
    unit = serving.unit_above(nearest) if seems_about_officers(words) else nearest
    return unit, None if unit == nearest else nearest
