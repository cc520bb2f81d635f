"""The need-to-know list of a desk: who reads matters of children and of sexual offences.

Whoever leads the desk keeps it alone and at once: at night there may be no second person. Each
change is told to the coordinators, auditors and data protection officers of the desk and of the
province, who cannot change it (docs/decisions/0029-named-officers.md).
"""

import uuid

from django.utils.translation import gettext_lazy as _

from keng.accounts import acts, notices
from keng.accounts.models import NamedOfficer, Notice, Officer, Post
from keng.accounts.who import NAMING, WORKING
from keng.acts.act import act
from keng.acts.errors import Incomplete
from keng.acts.locks import lock, lock_one
from keng.acts.work import permit_over
from keng.audit.actions import record, unit_chain
from keng.kit import times
from keng.kit.sql_names import by_given_name
from keng.language.alphabet import alphabetical
from keng.places.models import Unit


class ReadsNoTips(Incomplete):
    """Only who takes reports on at this desk can be named there."""

    sentence = _("Not done: this officer takes no reports on at this desk, or not any more.")


def naming_units(officer: Officer) -> list[Unit]:
    """The desks whose list the officer keeps."""
    return sorted(NAMING.own_units(officer), key=lambda unit: alphabetical(unit.name))


def nameable_officers(unit_id: uuid.UUID) -> list[Officer]:
    """Who takes reports on at this desk, by name."""
    posts = Post.objects.current().filter(unit=unit_id, role__in=WORKING.roles)
    found = Officer.objects.filter(pk__in=posts.values("officer"), is_active=True)
    return list(found.order_by(*by_given_name()))


def standing_list(unit_id: uuid.UUID) -> list[NamedOfficer]:
    """The list of a desk as it stands, by name."""
    rows = NamedOfficer.objects.in_force().filter(unit=unit_id).select_related("officer")
    return sorted(rows, key=lambda row: alphabetical(row.officer.name))


@act(acts.NAME_OFFICER)
def name_officer(unit_id: uuid.UUID, officer_id: uuid.UUID, *, by: Officer) -> NamedOfficer:
    """Put an officer on the list of a desk. Raises NotAllowed, ReadsNoTips."""
    permit_over(unit_id)
    unit = lock(Unit.objects.filter(pk=unit_id)).get()
    officer = next((one for one in nameable_officers(unit_id) if one.pk == officer_id), None)
    if officer is None:
        raise ReadsNoTips
    named, is_new = NamedOfficer.objects.get_or_create(
        unit=unit, officer=officer, ended_at=None, defaults={"named_by": by}
    )
    if is_new:
        _tell(Notice.Act.NAMED, unit, officer, by)
        record("named.added", by=by, on=officer, chain=unit_chain(unit_id))
    return named


@act(acts.END_NAMING)
def end_naming(named_id: uuid.UUID, *, by: Officer) -> NamedOfficer:
    """Take an officer off the list; the row stays. Raises NotAllowed."""
    kept = NamedOfficer.objects.filter(unit__in=NAMING.unit_ids(by))
    named = lock_one(kept.select_related("officer", "unit"), named_id)
    if named.ended_at is None:
        named.ended_at, named.ended_by = times.now(), by
        named.save(update_fields=["ended_at", "ended_by"])
        _tell(Notice.Act.UNNAMED, named.unit, named.officer, by)
        record("named.ended", by=by, on=named.officer, chain=unit_chain(named.unit_id))
    return named


def _tell(what: str, unit: Unit, officer: Officer, by: Officer) -> None:
    told = [officer, *notices.witnesses_of(unit)]
    notices.tell_officers(told, what, about=officer, by=by)
