"""A lead adds whoever answers to them, without an officer: a principal their class teachers.

Each gets a group of the kind and in the place of the lead's own groups, in which they post.
"""

from dataclasses import dataclass, field

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from keng.acts.act import act
from keng.acts.errors import Refused
from keng.acts.locks import lock
from keng.acts.work import savepoint
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.language.fold import fold
from keng.network import acts
from keng.network.actions.lead_ways import (
    AddressRefused,
    TypedAddress,
    enter_ways,
    is_name_kept_away,
    is_refused,
)
from keng.network.models import Group, Lead

MOST_BELOW = 80
"""A large school has so many class teachers, and whoever has a link makes no more rows."""


class NoGroupYet(Refused):
    """The desk wrote down no group from which kind and place could be known."""

    sentence = _("Your desk has not written down a group of yours yet: ask the officer you know.")


class TooManyBelow(Refused):
    """So many already answer to this lead."""

    sentence = _("As many people as can be already answer to you: ask your desk for more.")


class ThereAlready(Refused):
    """Somebody of this name is there, or a group."""

    sentence = _("Somebody of this name, or a group called so, is already there.")


class StoppedBefore(Refused):
    """Somebody of this name wants no more, as far as the name says."""

    sentence = _(
        "Somebody of this name does not want to take part. If this is another person, ask your "
        "desk."
    )


@dataclass(frozen=True, slots=True)
class PersonBelow:
    """What a lead writes down of somebody who agreed and answers to them."""

    name: str
    position: str
    group: str
    """The name of the group in which they post."""
    typed: TypedAddress | None = field(default=None, repr=False)


def model_group(lead: Lead) -> Group | None:
    """The group after which those of people below are made: the lead's own, else one below."""
    active = Group.objects.filter(is_active=True).order_by("id")
    return active.filter(leads=lead).first() or active.filter(leads__above=lead).first()


def may_add_people(lead: Lead) -> bool:
    """Who answers to the desk itself and has a group: principals, heads of hamlets."""
    return lead.above_id is None and model_group(lead) is not None


@act(acts.ADD_PERSON_BELOW)
def add_person_below(superior: Lead, person: PersonBelow) -> Lead:
    """Write down somebody who answers to this lead, with the group in which they post.

    Raises NoGroupYet, TooManyBelow, ThereAlready, StoppedBefore, AddressRefused.
    """
    above = lock(Lead.objects.filter(stopped_at__isnull=True)).get(pk=superior.pk)
    model = model_group(above) if may_add_people(above) else None
    if model is None:
        raise NoGroupYet
    if Lead.objects.filter(above=above, stopped_at__isnull=True).count() >= MOST_BELOW:
        raise TooManyBelow
    _refuse_known(above, person)
    if person.typed is not None and is_refused(person.typed):
        raise AddressRefused
    made = Lead.objects.create(
        name=person.name,
        position=person.position,
        unit_id=above.unit_id,
        above=above,
        consented_on=times.local_date(times.now()),
        language=above.language,
    )
    made.groups.add(_group_like(model, person.group))
    if person.typed is not None:
        enter_ways({made.pk: person.typed})
    chain = unit_chain(above.unit_id)
    record("lead.added_below", by=above, on=made, chain=chain)
    return made


def _refuse_known(above: Lead, person: PersonBelow) -> None:
    """By name alone for whoever stopped: another word for the position brings nobody back."""
    for lead in Lead.objects.filter(unit_id=above.unit_id):
        if fold(lead.name) != fold(person.name):
            continue
        if lead.stopped_at is not None and lead.above_id == above.pk:
            raise StoppedBefore
        if fold(lead.position) == fold(person.position):
            raise ThereAlready
    if is_name_kept_away(above.unit_id, person.name):
        raise StoppedBefore


def _group_like(model: Group, name: str) -> Group:
    try:
        with savepoint():
            return Group.objects.create(
                name=name, kind=model.kind, place_id=model.place_id, unit_id=model.unit_id
            )
    except IntegrityError as error:
        raise ThereAlready from error
