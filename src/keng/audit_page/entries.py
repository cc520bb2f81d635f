"""Reads of the record of who did what and looked at what."""

import datetime
import uuid
from collections.abc import Iterable
from typing import Any, cast

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from keng.accounts.models import Officer
from keng.accounts.signing_in import NO_UNIT_CHAIN
from keng.accounts.who import AUDITING, UnitSight
from keng.audit.actions import unit_chain
from keng.audit.models import Entry
from keng.audit.reading import read_safely, with_safe_columns
from keng.audit_page import change_words
from keng.audit_page.act_words import act_words
from keng.audit_page.thing_names import thing_names
from keng.audit_page.thing_words import thing_words
from keng.data_requests.models import DataRequest
from keng.kit import times
from keng.kit.ids import read_id
from keng.kit.sql_names import alphabetically
from keng.places.models import Unit
from keng.tips.models import Decision, Incident, Tip, TipConcern
from keng.tips.reporter_times import reporter_time

_RATED_FOR = datetime.timedelta(days=365)


def audited_units(officer: Officer) -> list[Unit]:
    """Units whose record the officer may read: those of auditor posts, and the units below."""
    return list(AUDITING.units(officer).order_by("-kind", alphabetically()))


def _audit_viewer(officer: Officer) -> UnitSight:
    """For references and counts of tips: whoever reads the record reads no word of a tip."""
    return AUDITING.unit_sight(officer)


def reads_no_unit(units: list[Unit]) -> bool:
    """Whether what belongs to no unit is read, too, as tries to sign in by names that nobody has.

    By the province: it is about no commune.
    """
    return any(unit.kind == Unit.Kind.PROVINCE for unit in units)


def chains_of_units(units: list[Unit]) -> list[str]:
    """The chains that whoever audits these units reads, and no others."""
    own = [unit_chain(unit.pk) for unit in units]
    return [*own, NO_UNIT_CHAIN] if reads_no_unit(units) else own


def entries_of_units(officer: Officer, units: list[Unit]) -> QuerySet[Entry]:
    """Entries of the units' chains, without a trace of a tip about the officer's own unit."""
    about_us = _tips_about(officer)
    hidden = [str(tip_id) for tip_id in about_us.values_list("tip", flat=True)]
    found = Entry.objects.filter(chain__in=chains_of_units(units))
    if hidden:
        for kind, ids in _things_of_tips(about_us.values("tip")):
            found = found.exclude(object_kind=kind, object_id__in=[*map(str, ids)])
        # Most entries name no tip in their detail, and a missing name is not "not in" for SQL.
        found = found.exclude(object_kind="tip", object_id__in=hidden).filter(
            Q(detail__tip__isnull=True) | ~Q(detail__tip__in=hidden)
        )
    return found


def hides_entries(officer: Officer) -> bool:
    """Whether anything of the units' chains is kept from the officer."""
    return _tips_about(officer).exists()


def _tips_about(officer: Officer) -> QuerySet[TipConcern]:
    return TipConcern.objects.filter(unit__in=officer.own_unit_ids)


def _things_of_tips(tips: QuerySet[Any]) -> list[tuple[str, QuerySet[Any]]]:
    """What hangs on these tips and on no others, and is on record without naming one."""
    of_them = Q(tip__in=tips) | Q(desk_tip__in=tips)
    others = Tip.objects.exclude(pk__in=tips).filter(incident=OuterRef("pk"))
    incidents = Incident.objects.filter(~Exists(others), tips__in=tips)
    return [
        ("datarequest", DataRequest.objects.filter(of_them).values_list("pk", flat=True)),
        ("incident", incidents.values_list("pk", flat=True)),
    ]


def filtered_entries(
    found: QuerySet[Entry], *, officer: str, action: str, thing: str
) -> QuerySet[Entry]:
    """Only what one officer did, only one kind of act, or only what was done to one object."""
    if officer:
        found = found.filter(actor_kind="officer", actor_id=officer)
    if action:
        found = found.filter(action=action)
    if thing:
        tips = [
            str(pk)
            for pk in Tip.objects.filter(reference__iexact=thing).values_list("pk", flat=True)
        ]
        found = found.filter(object_id__in=[*tips, thing])
    return found


def page_of_entries(
    found: QuerySet[Entry], before: uuid.UUID | None, size: int = 50
) -> list[Entry]:
    """Newest first, one more than the page holds: so the caller knows whether there is more."""
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = with_safe_columns(found).order_by("-id")[: size + 1]
    return [entry for entry, _is_readable in read_safely(rows)]


def entry_rows(rows: list[Entry], officer: Officer) -> list[dict[str, Any]]:
    """Rows with names: officers by name, tips by reference if the auditor may know of them."""
    # An id is one of an officer or a tip only where the entry says so: whoever may write for leads
    # can give an officer's id as a lead's.
    actor_ids = _ids(row.actor_id for row in rows if row.actor_kind == "officer")
    actor_ids += _ids(change_words.officers_in_changes(rows))
    subject_ids = _ids(row.object_id for row in rows if row.object_kind == "officer")
    tip_ids = _ids(row.object_id for row in rows if row.object_kind == "tip")
    officers = {str(o.pk): o for o in Officer.objects.filter(pk__in=actor_ids)}
    subjects = {str(o.pk): o for o in Officer.objects.filter(pk__in=subject_ids)}
    known = Tip.objects.visible_to(_audit_viewer(officer)).filter(pk__in=tip_ids)
    tips = known.only("reference", "urgency", "money_moved", "danger_at").in_bulk()
    seen = {str(pk): tip for pk, tip in tips.items()}
    # Whoever audits and works at the desk, too, gets from the record to the tip; nobody else does.
    opens = {
        str(pk)
        for pk in Tip.objects.visible_to(officer).filter(pk__in=tips).values_list("pk", flat=True)
    }
    names = thing_names(rows)
    return [
        {
            "entry": row,
            "at": _shown_at(row, seen.get(row.object_id) if row.object_kind == "tip" else None),
            "who": _officer_of(officers, row.actor_kind, row.actor_id) or _actor_words(row),
            "act": act_words(row.action),
            "thing": thing_words(row.object_kind),
            "name": names.get((row.object_kind, row.object_id), ""),
            "changes": change_words.entry_changes(row, officers),
            "reason": change_words.entry_reason(row),
            "tip": _reference(seen.get(row.object_id)) if row.object_kind == "tip" else "",
            "tip_opens": row.object_kind == "tip" and row.object_id in opens,
            "is_tip": row.object_kind == "tip",
            "subject": _officer_of(subjects, row.object_kind, row.object_id),
            "mark": hash_mark(bytes(row.hash)),
        }
        for row in rows
    ]


def out_of_scope_rates(officer: Officer, units: list[Unit]) -> list[dict[str, Any]]:
    """Who ended tips as out of scope within a year, how many, and of how many: a high share asks
    for a look.
    """
    ending = Decision.objects.filter(
        unit__in=units,
        tip__in=Tip.objects.visible_to(_audit_viewer(officer)),
        kind__in=[Decision.Kind.DECLINED, Decision.Kind.CLOSED],
        at__gte=times.now() - _RATED_FOR,
    ).exclude(detail__has_key="taken_back")
    rows = ending.values("by").annotate(
        ended=Count("pk"),
        out=Count("pk", filter=Q(detail__as_kind=Decision.DeclinedAs.OUT_OF_SCOPE)),
    )
    rows = rows.filter(out__gt=0)
    names = {o.pk: o for o in Officer.objects.filter(pk__in=[row["by"] for row in rows])}
    found = [
        {"officer": names[row["by"]], "ended": row["ended"], "out": row["out"]} for row in rows
    ]
    return sorted(found, key=lambda row: (-row["out"], str(row["officer"])))


def _shown_at(row: Entry, tip: Tip | None) -> datetime.datetime | None:
    """An officer's act has its minute; what a process wrote may be a reporter's.

    None where what stands there cannot be read.
    """
    # read_safely leaves None where the model knows none.
    if cast("datetime.datetime | None", row.at) is None:
        return None
    return row.at if row.actor_kind == "officer" else reporter_time(row.at, tip)


def _reference(tip: Tip | None) -> str:
    return tip.reference if tip else ""


def _actor_words(row: Entry) -> str:
    if (row.actor_kind, row.actor_id) == ("process", "operator"):
        return _("the operator, at the machine")
    if row.actor_kind == "process":
        return _("the machine (%(process)s)") % {"process": row.actor_id}
    if row.actor_kind == "partnermember":
        return _("somebody of the partner")
    if row.actor_kind == "lead":
        return _("a lead (%(lead)s)") % {"lead": row.actor_id[:8]}
    return _("nobody signed in") if not row.actor_id else row.actor_id


def _officer_of(known: dict[str, Officer], kind: str, key: str) -> Officer | None:
    return known.get(key) if kind == "officer" else None


def _ids(written: Iterable[str]) -> list[uuid.UUID]:
    return [found for text in written if (found := read_id(text))]


def hash_mark(whole: bytes) -> str:
    """The first figures of a hash, as people compare them."""
    text = whole.hex()[:8]
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))
