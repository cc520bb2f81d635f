"""Keeping hamlets: their names of now and before, their head, groups and number of households.

A hamlet is a place in its commune; its head is a lead, and a group serves the hamlet it stands in.
"""

import uuid
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from keng.acts.act import act
from keng.acts.errors import NotAllowed, Refused
from keng.acts.locks import lock
from keng.acts.work import permit_anywhere, permit_over, savepoint
from keng.audit.actions import record, unit_chain
from keng.audit.changes import changed_values
from keng.kit import times
from keng.language.fold import fold
from keng.network import acts
from keng.network.actions.group_sheets import PlanChanged
from keng.network.models import Group, Lead
from keng.network.queries.hamlets import former_names, hamlets_of
from keng.network.sheets.plan_hamlets import HamletDraft, HamletPlan, plan_hamlet_sheet
from keng.network.sheets.reading import Sheet
from keng.places.hamlet_names import split_hamlet_name
from keng.places.models import Place, Succession
from keng.places.serving import unit_for

if TYPE_CHECKING:
    from keng.accounts.models import Officer


class HamletThere(Refused):
    """The commune has a hamlet of this name."""

    sentence = _("There is already a hamlet of this name in this commune.")


@act(acts.ADD_HAMLET)
def add_hamlet(draft: HamletDraft, *, by: "Officer") -> Place:
    """Write down a hamlet of a commune. Raises NotAllowed, HamletThere."""
    commune = _commune(draft.commune_id)
    unit = unit_for(commune)
    permit_over(unit.pk)
    _refuse_known(draft, but=None)
    groups = _lock_surroundings(draft, by)
    try:
        with savepoint():
            (hamlet,) = _make([draft], {commune.pk: commune})
    except IntegrityError as error:
        # Somebody wrote down a hamlet there at the same moment.
        raise HamletThere from error
    _fill(hamlet, draft, groups)
    _record("hamlet.added", hamlet, unit.pk, by)
    return hamlet


@act(acts.CHANGE_HAMLET)
def change_hamlet(
    hamlet_id: uuid.UUID,
    draft: HamletDraft,
    *,
    leaves: Collection[uuid.UUID] = (),
    by: "Officer",
) -> Place:
    """Correct what is written down; a name that it had stays as a former one.

    Groups that it `leaves` stand in the commune again. A draft without a head takes it away.
    Raises NotAllowed, HamletThere.
    """
    hamlet = lock(hamlets_of(by)).filter(pk=hamlet_id).first()
    if hamlet is None:
        raise NotAllowed
    unit = unit_for(hamlet)
    permit_over(unit.pk)
    _refuse_known(draft, but=hamlet)
    groups = _lock_surroundings(draft, by, hamlet=hamlet, leaves=leaves)
    before = _recorded(hamlet)
    _rename(hamlet, draft)
    hamlet.household_count = draft.household_count
    hamlet.save(update_fields=["name", "full_name", "folded", "household_count"])
    if draft.head_id is None:
        Lead.objects.filter(head_of=hamlet).update(head_of=None)
    for group in groups:
        if group.pk in leaves:
            group.place_id = hamlet.parent_id or group.place_id
            group.save(update_fields=["place"])
    _fill(hamlet, draft, groups)
    changes = changed_values(before, _recorded(hamlet), hidden=frozenset({"head"}))
    _record("hamlet.changed", hamlet, unit.pk, by, changes=changes)
    return hamlet


@act(acts.IMPORT_HAMLETS)
def import_hamlets(sheet: Sheet, *, shown: str, by: "Officer") -> HamletPlan:
    """All rows that can be read; `shown` is the digest of the plan that the officer agreed to.

    Nothing is removed. Raises NotAllowed or PlanChanged, and then nothing was changed.
    """
    permit_anywhere()
    try:
        with savepoint():
            return _import(sheet, shown=shown, by=by)
    except IntegrityError as error:
        # Somebody wrote down a hamlet at the same moment.
        raise PlanChanged from error


def _import(sheet: Sheet, *, shown: str, by: "Officer") -> HamletPlan:
    there, groups = _lock_planned(plan_hamlet_sheet(sheet, by=by), by)
    # Once more, with what changes held.
    found = plan_hamlet_sheet(sheet, by=by)
    if found.digest != shown or {row.hamlet_id for row in found.changed} - there.keys():
        raise PlanChanged
    drafts = [row.draft for row in found.new if row.draft]
    changed = [(there[row.hamlet_id], row.draft) for row in found.changed if row.draft]
    for unit in {draft.unit_id for draft in [*drafts, *(draft for _place, draft in changed)]}:
        permit_over(unit)
    communes = Place.objects.in_bulk([draft.commune_id for draft in drafts])
    made = _make(drafts, communes)
    for hamlet, draft in changed:
        _rename(hamlet, draft)
        if draft.household_count is not None:
            hamlet.household_count = draft.household_count
    Place.objects.bulk_update(
        [hamlet for hamlet, _draft in changed], ["name", "full_name", "folded", "household_count"]
    )
    for hamlet, draft in [*zip(made, drafts, strict=True), *changed]:
        _fill(hamlet, draft, groups)
    _record_import(found, by)
    return found


def _commune(pk: uuid.UUID) -> Place:
    """Where a hamlet may lie. Raises NotAllowed."""
    kinds = (Place.Kind.WARD, Place.Kind.COMMUNE, Place.Kind.SPECIAL_ZONE)
    found = Place.objects.filter(pk=pk, kind__in=kinds, valid_to__isnull=True).first()
    if found is None:
        raise NotAllowed
    return found


def _refuse_known(draft: HamletDraft, *, but: Place | None) -> None:
    alike = Place.objects.filter(
        parent=draft.commune_id, kind=Place.Kind.HAMLET, valid_to__isnull=True
    )
    for place in alike.exclude(pk=but.pk) if but else alike:
        if fold(place.full_name) == fold(draft.full_name):
            raise HamletThere


def _lock_surroundings(
    draft: HamletDraft,
    by: "Officer",
    *,
    hamlet: Place | None = None,
    leaves: Collection[uuid.UUID] = (),
) -> list[Group]:
    """The head of now and to be, then the groups that move, which are given back."""
    leads = Lead.objects.visible_to(by)
    heads = [draft.head_id] if draft.head_id else []
    hamlets = [hamlet.pk] if hamlet else []
    list(lock(leads.filter(pk__in=heads) | leads.filter(head_of__in=hamlets)))
    own = Group.objects.visible_to(by).filter(unit=draft.unit_id)
    return list(lock(own.filter(pk__in=[*draft.groups, *leaves])))


def _lock_planned(
    planned: HamletPlan, by: "Officer"
) -> tuple[dict[uuid.UUID | None, Place], list[Group]]:
    """The hamlets that would be changed, their heads, and the groups that would move."""
    drafts = [row.draft for row in [*planned.new, *planned.changed] if row.draft]
    ids = [row.hamlet_id for row in planned.changed if row.hamlet_id]
    hamlets: dict[uuid.UUID | None, Place] = {
        place.pk: place for place in lock(hamlets_of(by).filter(pk__in=ids))
    }
    leads = Lead.objects.visible_to(by)
    heads = [draft.head_id for draft in drafts if draft.head_id]
    list(lock(leads.filter(pk__in=heads) | leads.filter(head_of__in=ids)))
    groups = [key for draft in drafts for key in draft.groups]
    return hamlets, list(lock(Group.objects.visible_to(by).filter(pk__in=groups)))


def _make(drafts: list[HamletDraft], communes: dict[uuid.UUID, Place]) -> list[Place]:
    """New rows, numbered on within their communes."""
    last: dict[uuid.UUID, int] = {}
    rows = Place.objects.filter(
        parent__in=list(communes), kind=Place.Kind.HAMLET, valid_to__isnull=True
    )
    for parent, code in rows.values_list("parent_id", "code"):
        number = code.rpartition("-")[2]
        if number.isdigit():
            last[parent] = max(last.get(parent, 0), int(number))
    made = []
    for draft in drafts:
        commune = communes[draft.commune_id]
        last[commune.pk] = last.get(commune.pk, 0) + 1
        made.append(
            Place(
                code=f"{commune.code}-{last[commune.pk]:02}",
                name=draft.name,
                full_name=draft.full_name,
                folded=fold(draft.name),
                kind=Place.Kind.HAMLET,
                parent=commune,
                province_code=commune.province_code,
                household_count=draft.household_count,
            )
        )
    return Place.objects.bulk_create(made)


def _rename(hamlet: Place, draft: HamletDraft) -> None:
    """Another name; the one of before is kept, unless only its accents or case were wrong."""
    if fold(hamlet.full_name) != fold(draft.full_name):
        _keep_former_names(hamlet, [hamlet.full_name])
    hamlet.name, hamlet.full_name = draft.name, draft.full_name
    hamlet.folded = fold(draft.name)


def _fill(hamlet: Place, draft: HamletDraft, groups: Iterable[Group]) -> None:
    """What stands in other rows: former names, the head, and groups that come here."""
    _keep_former_names(hamlet, draft.former)
    if draft.head_id is not None:
        Lead.objects.filter(head_of=hamlet).exclude(pk=draft.head_id).update(head_of=None)
        Lead.objects.filter(pk=draft.head_id, stopped_at__isnull=True).update(head_of=hamlet)
    for group in groups:
        if group.pk in draft.groups:
            group.place = hamlet
            group.save(update_fields=["place"])


def _keep_former_names(hamlet: Place, names: Iterable[str]) -> None:
    """Each as an old place that goes on as this one, which is how old communes are kept, too."""
    kept = former_names([hamlet.pk]).get(hamlet.pk, [])
    known = {fold(name) for name in kept}
    today = times.local_date(times.now())
    for name in names:
        if fold(name) in known:
            continue
        known.add(fold(name))
        bare = split_hamlet_name(name)[1]
        old = Place.objects.create(
            code=f"{hamlet.code}.{len(known)}",
            name=bare,
            full_name=name,
            folded=fold(bare),
            kind=Place.Kind.HAMLET,
            parent_id=hamlet.parent_id,
            province_code=hamlet.province_code,
            valid_to=today,
        )
        # The day it was written down: nobody here knows since when it is called otherwise.
        Succession.objects.create(old=old, new_id=hamlet.pk, kind=Succession.Kind.RENAME, on=today)


def _recorded(hamlet: Place) -> dict[str, object]:
    """What the record says was and is; of the head that it changed."""
    return {
        "name": hamlet.full_name,
        "former": len(former_names([hamlet.pk]).get(hamlet.pk, [])),
        "households": hamlet.household_count,
        "head": str(Lead.objects.filter(head_of=hamlet).values_list("pk", flat=True).first() or ""),
        "groups": Group.objects.filter(place=hamlet, is_active=True).count(),
    }


def _record(action: str, hamlet: Place, unit_id: uuid.UUID, by: "Officer", **more: object) -> None:
    record(action, by=by, on=hamlet, chain=unit_chain(unit_id), detail={**more})


def _record_import(found: HamletPlan, by: "Officer") -> None:
    """One entry a unit, in a fixed order, so that two imports at once never deadlock."""
    counts: dict[uuid.UUID, dict[str, int]] = {}
    for row in [*found.new, *found.changed]:
        if row.draft:
            count = counts.setdefault(row.draft.unit_id, {"new": 0, "changed": 0})
            count[row.state] += 1
    for unit_id, count in sorted(counts.items()):
        detail = {**count, "refused": len(found.wrong), "sheet": found.sheet}
        record("hamlet.imported", by=by, on=None, chain=unit_chain(unit_id), detail=detail)
