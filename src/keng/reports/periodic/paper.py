"""What stands around the figures on paper: the body, the number, the place, who gets it, who signs.

Decree 30/2020 says what that is. What an office wrote once is proposed for its next report.
"""

import uuid
from typing import Any

from keng.accounts.models import Officer, Post
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.locks import lock
from keng.acts.work import permit_over
from keng.audit.actions import record, unit_chain
from keng.audit.changes import changed_values
from keng.places.models import Jurisdiction, Place, Unit
from keng.reports import acts
from keng.reports.models import ReportPaper, Snapshot
from keng.reports.periodic import whose_report

PAPER_FIELDS = (
    "above",
    "issuer",
    "number",
    "symbol",
    "place",
    "dated",
    "addressees",
    "recipients",
    "capacity",
    "signer",
)
# Words of the office's own, in which people may be named: the record keeps that they changed.
_FREE_WORDS = frozenset({"addressees", "recipients", "capacity", "signer"})
# What is the same on the next report of the unit, whoever signs it.
_SAME_FOR_THE_UNIT = ("above", "issuer", "symbol", "place", "addressees", "recipients")
_MINISTRY = "Bộ Công an"


@act(acts.WRITE_PAPER)
def write_paper(snapshot_id: uuid.UUID, *, wanted: dict[str, Any], by: Officer) -> ReportPaper:
    """Keep what stands around a signed report; `wanted` has a value for each of PAPER_FIELDS.

    Raises NotAllowed.
    """
    signed = Snapshot.objects.visible_to(by).select_related("unit").filter(pk=snapshot_id).first()
    if signed is None:
        raise NotAllowed
    lock(Unit.objects.all()).get(pk=signed.unit_id)
    permit_over(signed.unit_id)
    if not whose_report.may_sign_report(by, signed.unit):
        raise NotAllowed
    paper = ReportPaper.objects.filter(snapshot=signed).first() or ReportPaper(snapshot=signed)
    before = {name: getattr(paper, name) for name in PAPER_FIELDS}
    changes = changed_values(before, wanted, hidden=_FREE_WORDS)
    if not changes:
        return paper
    for name in PAPER_FIELDS:
        setattr(paper, name, wanted[name])
    paper.save()
    record(
        "report.paper_written",
        by=by,
        on=signed,
        chain=unit_chain(signed.unit_id),
        detail={"span": signed.span, "version": signed.version, "changes": changes},
    )
    return paper


def paper_of_report(signed: Snapshot) -> ReportPaper:
    """What was written around it, or what is proposed, which is not saved."""
    kept = ReportPaper.objects.filter(snapshot=signed).first()
    return kept or _proposed(signed)


def _proposed(signed: Snapshot) -> ReportPaper:
    paper = _first_paper(signed)
    earlier = ReportPaper.objects.filter(snapshot__unit=signed.unit_id).order_by("-pk")
    if last := earlier.first():
        for name in _SAME_FOR_THE_UNIT:
            setattr(paper, name, getattr(last, name))
    if of_signer := earlier.filter(snapshot__signed_by=signed.signed_by_id).first():
        paper.capacity, paper.signer = of_signer.capacity, of_signer.signer
    return paper


def _first_paper(signed: Snapshot) -> ReportPaper:
    unit = signed.unit
    above = unit.parent.name if unit.parent else _MINISTRY
    leads_a_commune = signed.signer_role == Post.Role.COMMANDER and unit.kind == Unit.Kind.COMMUNE
    return ReportPaper(
        snapshot=signed,
        above=above,
        issuer=unit.name,
        symbol=f"BC-{_initials(unit.name)}",
        place=_seat(unit),
        addressees=above,
        recipients="Như trên;\nLưu: VT.",
        capacity="TRƯỞNG CÔNG AN" if leads_a_commune else "",
        signer=signed.signer,
    )


def _initials(name: str) -> str:
    """CATBN, of Công an tỉnh Bắc Ninh."""
    return "".join(word[0] for word in name.split() if word[0].isalnum()).upper()


def _seat(unit: Unit) -> str:
    """The name of the place that the unit serves, which stands before the date."""
    if unit.kind == Unit.Kind.PROVINCE:
        provinces = Place.objects.filter(kind=Place.Kind.PROVINCE, valid_to=None)
        place = provinces.filter(province_code=unit.province_code).first()
    else:
        served = Jurisdiction.objects.filter(unit=unit, valid_to=None).select_related("place")
        found = served.order_by("pk").first()
        place = found.place if found else None
    return place.name if place else ""
