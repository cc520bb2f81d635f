"""A province with two communes, its commander and coordinator, and sheets as offices write them."""

import datetime
from dataclasses import dataclass
from typing import Any

from keng.accounts.models import Officer
from keng.accounts.who import Role
from keng.imported import proposing, taking_in
from keng.imported.columns import LAYOUTS
from keng.imported.dry_run import DryRun, dry_run
from keng.imported.models import ImportBatch, ImportKind
from keng.network.sheets.reading import read_sheet
from keng.places.models import Place, Succession, Unit
from tests import make

HEAD = "Ngày nhận;Xã, phường;Loại;Nội dung;Kênh;Kết quả;Ngày có kết quả;Có giá trị;Số lượng;Số"


@dataclass(frozen=True, slots=True)
class Office:
    """Whose records come in."""

    province: Unit
    desk: Unit
    place: Place
    commander: Officer
    coordinator: Officer


def make_office() -> Office:
    """The province, one commune with a desk and a key, and one that was merged into it."""
    top = make.place("Tỉnh Kiểm Thử", kind=Place.Kind.PROVINCE)
    place = make.place("Xã Đồng Xanh", folded="dong xanh", kind=Place.Kind.COMMUNE, parent=top)
    old = make.place("Xã Bãi Cũ", folded="bai cu", valid_to=datetime.date(2025, 7, 1))
    Succession.objects.create(old=old, new=place, on=datetime.date(2025, 7, 1))
    province = make.province_unit(serves=top)
    desk = make.unit(parent=province, serves=place)
    for unit in (province, desk):
        make.unit_key(unit)
    commander = make.officer(unit=province, role=Role.COMMANDER)
    coordinator = make.officer(unit=province, role=Role.COORDINATOR)
    return Office(province, desk, place, commander, coordinator)


def sheet_of(*lines: str, head: str = HEAD) -> bytes:
    """A CSV as Excel in Vietnam writes it."""
    return "\r\n".join([head, *lines]).encode("utf-8-sig")


def look_at(office: Office, *lines: str, kind: str = ImportKind.TIPS, **args: Any) -> DryRun:
    """The dry run of these lines."""
    sheet = read_sheet(sheet_of(*lines, **args), LAYOUTS[ImportKind(kind)])
    return dry_run(sheet, kind=kind, unit=office.province, officer=office.commander)


def propose(
    office: Office, found: DryRun, *, kind: str = ImportKind.TIPS, digest: bytes = b"d" * 32
):
    """The batch that waits."""
    return proposing.propose_import(
        office.province.pk, kind=kind, digest=digest, dry_run=found, by=office.commander
    )


def take_in(office: Office, found: DryRun, **args: Any) -> ImportBatch:
    """Agreed to by the coordinator, and taken in whole."""
    batch: ImportBatch = propose(office, found, **args)
    proposing.decide_on_import(batch.pk, is_agreed=True, by=office.coordinator)
    while taking_in.take_in_rows():
        pass
    batch.refresh_from_db()
    return batch
