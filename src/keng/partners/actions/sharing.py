"""Passing a warning on, and setting right what was passed on, as a partner's member says it."""

import uuid

from keng.accounts.models import PartnerMember
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.work import permit_over
from keng.kit import times
from keng.partners.acts import NOTE_KIT_SHARE, SET_KIT_SHARE_RIGHT
from keng.partners.models import KitShare


@act(NOTE_KIT_SHARE)
def note_kit_share(version_id: uuid.UUID, *, groups: int, by: PartnerMember) -> None:
    """In so many groups; said again, the later number counts. Only the partner sees it.

    Raises NotAllowed.
    """
    permit_over(by.partner_id)
    KitShare.objects.update_or_create(
        partner_id=by.partner_id,
        version_id=version_id,
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
