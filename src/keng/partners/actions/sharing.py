"""Passing a warning on, as a partner's member says it."""

import uuid

from keng.accounts.models import PartnerMember
from keng.acts.act import act
from keng.acts.work import permit_over
from keng.kit import times
from keng.partners.acts import NOTE_KIT_SHARE
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
