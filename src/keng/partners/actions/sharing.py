"""Passing a warning on, as a partner's member says it."""

import uuid

from django.db import transaction

from keng.accounts.models import PartnerMember
from keng.kit import times
from keng.partners.models import KitShare


@transaction.atomic
def note_kit_share(member: PartnerMember, version_id: uuid.UUID, *, groups: int) -> None:
    """In so many groups; said again, the later number counts. Only the partner sees it."""
    KitShare.objects.update_or_create(
        partner_id=member.partner_id,
        version_id=version_id,
        defaults={"groups": groups, "shared_at": times.now()},
    )
