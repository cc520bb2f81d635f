"""Passing a warning on, and setting right what was passed on, as a partner's member says it."""

import uuid

from keng.accounts.models import PartnerMember
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.work import permit_over
from keng.kit import times
from keng.partners.acts import NOTE_KIT_SHARE, SET_KIT_SHARE_RIGHT
from keng.partners.campaign_parts import commune_of_partner
from keng.partners.models import KitShare
from keng.places.models import Place


@act(NOTE_KIT_SHARE)
def note_kit_share(
    version_id: uuid.UUID, *, groups: int, place: Place | None = None, by: PartnerMember
) -> None:
    """In so many groups of a commune; said again of the same one, the later number counts.

    Only the partner sees it. Raises NotAllowed, also where the partner does not work there.
    """
    permit_over(by.partner_id)
    if place is not None and commune_of_partner(by.partner, place.code) != place:
        raise NotAllowed
    KitShare.objects.update_or_create(
        partner_id=by.partner_id,
        version_id=version_id,
        place=place,
        defaults={"groups": groups, "shared_at": times.now()},
    )


@act(SET_KIT_SHARE_RIGHT)
def set_kit_share_right(warning_id: uuid.UUID, *, by: PartnerMember) -> None:
    """What corrects a warning or takes it back stands in the groups that it was passed on to.

    Only the partner sees it. Raises NotAllowed where the partner never passed it on.
    """
    permit_over(by.partner_id)
    own = KitShare.objects.filter(partner_id=by.partner_id, version__warning=warning_id)
    if not own.update(set_right_at=times.now()):
        raise NotAllowed
