"""The right of those who sign in for a partner: over what is their own partner's."""

import uuid

from keng.accounts.models import PartnerMember


class MembersRight:
    """Whoever signs in for a partner, as long as neither of the two is closed.

    Asked anew each time: the desk may have closed them since the page was opened.
    """

    is_by_secret = False

    def includes(self, member: PartnerMember) -> bool:
        """Whether they sign in for a partner that publishes here at present."""
        able = PartnerMember.objects.filter(
            is_active=True, awaits_agreement=False, partner__is_active=True
        )
        return able.filter(pk=member.pk).exists()

    def reaches(self, member: PartnerMember, partner_id: uuid.UUID) -> bool:
        """Whether they do so for this partner."""
        return member.partner_id == partner_id and self.includes(member)


MEMBER = MembersRight()
