"""Films of a partner as its members see them, each read in the role that may (partner_role)."""

import uuid

from keng.accounts.models import Partner, PartnerMember
from keng.accounts.partner_role import in_partner_role
from keng.lessons.models import Film
from keng.partners.models import Manuscript


def films_of_partner(partner: Partner) -> list[Film]:
    """All of the partner's, newest first."""
    with in_partner_role():
        return list(Film.objects.of_partner(partner.pk).order_by("-id"))


def ready_films_of_partner(partner: Partner) -> list[Film]:
    """Those that a lesson can begin with."""
    return [film for film in films_of_partner(partner) if film.state == Film.State.READY]


def own_film(pk: uuid.UUID, member: PartnerMember) -> Film | None:
    """One of the member's partner; None where it is no film of theirs."""
    with in_partner_role():
        return Film.objects.of_partner(member.partner_id).filter(pk=pk).first()


def film_of_manuscript(text: Manuscript) -> Film | None:
    """The film that a lesson of a partner begins with, if any."""
    content = text.content.get("film")
    if content is None:
        return None
    with in_partner_role():
        return Film.objects.of_partner(text.partner_id).filter(pk=content["id"]).first()
