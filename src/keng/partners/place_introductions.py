"""A partner at one place: where it works, and what it says of itself there."""

import uuid

from keng.accounts.models import Partner
from keng.language.alphabet import alphabetical
from keng.partners.campaign_parts import communes_of_partner
from keng.partners.models import Manuscript, ManuscriptQuerySet
from keng.places.models import Place


def places_of_partner(partner: Partner) -> list[Place]:
    """The province first where it works in the whole of it, then its communes."""
    communes = communes_of_partner(partner)
    if partner.place is not None and partner.place.kind != Place.Kind.PROVINCE:
        return communes
    code = partner.place.province_code if partner.place else partner.invited_by_unit.province_code
    whole = Place.objects.filter(kind=Place.Kind.PROVINCE, valid_to=None, province_code=code)
    return [*whole, *communes]


def introduction_at(partner: Partner, place: Place) -> Manuscript | None:
    """The last one that was published, unless it was withdrawn: an earlier one never comes back."""
    found = _published().filter(partner=partner, content__place=str(place.pk)).first()
    return found if found is not None and found.ended_at is None else None


def places_with_introduction(partner: Partner) -> list[Place]:
    """Where the partner works and says something of itself."""
    newest: dict[str, Manuscript] = {}
    for text in _published().filter(partner=partner):
        newest.setdefault(text.content["place"], text)
    shown = {uuid.UUID(key) for key, text in newest.items() if text.ended_at is None}
    return [place for place in places_of_partner(partner) if place.pk in shown]


def partners_at(place: Place) -> list[Partner]:
    """Those that work at this place and say something of themselves there, by their names."""
    newest: dict[uuid.UUID, Manuscript] = {}
    for text in _published().filter(partner__is_active=True, content__place=str(place.pk)):
        newest.setdefault(text.partner_id, text)
    found = [text.partner for text in newest.values() if text.ended_at is None]
    working = [partner for partner in found if place in places_of_partner(partner)]
    return sorted(working, key=lambda partner: alphabetical(partner.name))


def _published() -> ManuscriptQuerySet:
    found = Manuscript.objects.ever_released().filter(kind=Manuscript.Kind.PLACE)
    return found.select_related("partner").order_by("-released_at", "-id")
