"""The register of processing activities: a row for each sort of data, as it is in this moment.

Made of `data_classes`, of the periods in force, of the roles that may read, and of the channels
that are set up, so that it says nothing that the running code does not do.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from keng.accounts.models import Officer
from keng.accounts.who import RECORDING_BREACHES, Role, Who
from keng.acts.act import act
from keng.acts.errors import NotAllowed
from keng.acts.work import permit_over
from keng.audit.actions import record, unit_chain
from keng.breaches import acts
from keng.breaches.data_classes import (
    COLUMN_FORMS,
    DATA_CLASSES,
    KEPT_WORDS,
    DataClass,
    KeptAs,
    kept_columns,
)
from keng.channels import facts_of
from keng.delivery.models import ChannelAccount
from keng.language.taxonomy import category_label
from keng.places.models import Unit
from keng.retention.models import RetentionPeriod

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One activity, in words."""

    activity: str
    data: str
    subjects: str
    basis: str
    period: str
    readers: str
    recipients: str
    protection: str


def register_heads() -> list[str]:
    """The heads of its columns, in the order of a row's fields."""
    return [
        _("Purpose of processing"),
        _("Data"),
        _("Whose"),
        _("Legal basis"),
        _("Kept for"),
        _("Who reads it"),
        _("Goes to"),
        _("Protection"),
    ]


def register_rows(units: Sequence[Unit]) -> list[RegisterRow]:
    """Every sort of data, in the order of the table; with the periods of these provinces."""
    channels, periods = _channel_names(), _period_words(units)
    return [_row(each, channels, periods) for each in DATA_CLASSES]


@act(acts.EXPORT_REGISTER)
def export_register(*, by: Officer) -> bytes:
    """As a workbook; that it was exported stands on record. Raises NotAllowed."""
    units = RECORDING_BREACHES.own_units(by)
    if not units:
        raise NotAllowed
    permit_over(units[0].pk)
    rows = register_rows(units)
    record(
        "register.exported",
        by=by,
        on=units[0],
        chain=unit_chain(units[0].pk),
        detail={"rows": len(rows)},
    )
    sheets = {
        _("Register of processing"): [register_heads(), *(list(astuple(row)) for row in rows)],
        _("Tables and columns"): _column_rows(),
    }
    return _workbook(sheets)


def _row(each: DataClass, channels: str, periods: str) -> RegisterRow:
    sensitive = _("sensitive")
    return RegisterRow(
        activity=str(each.purpose),
        data=f"{each.name} ({sensitive})" if each.is_sensitive else str(each.name),
        subjects=str(each.subjects),
        basis=str(each.basis) or _("To be named by the office"),
        period=periods if each.kept == KeptAs.PERIOD else str(KEPT_WORDS[each.kept]),
        readers=_role_names(each.readers),
        recipients=channels if each.leaves_by_channel else _("Stays on this machine"),
        protection=str(each.protection),
    )


def _role_names(readers: Who | None) -> str:
    if readers is None:
        return _("Nobody at the desk")
    return "; ".join(str(role.label) for role in Role if role in readers.roles)


def _channel_names() -> str:
    """The channels that are set up; a test account of a demo is one, too."""
    codes = ChannelAccount.objects.filter(is_active=True).values_list("channel", flat=True)
    found = [facts_of(code) for code in sorted(set(codes))]
    names = [str(facts.name) for facts in found if facts is not None]
    return "; ".join(names) or _("No channel is set up: it stays on this machine")


def _period_words(units: Sequence[Unit]) -> str:
    language = get_language() or "vi"
    periods = RetentionPeriod.objects.in_force().filter(unit__in=units)
    found = [
        _("%(what)s, %(how)s: %(n)d months (%(rule)s)")
        % {
            "what": category_label(period.category, language)
            if period.category
            else _("every other category"),
            "how": period.closed_as_words,
            "n": period.months,
            "rule": _("house rule") if period.is_house_rule else period.law_source,
        }
        for period in periods.order_by("category", "closed_as", "id")
    ]
    return "; ".join(found) or _("No period is in force: kept")


def _column_rows() -> list[list[str]]:
    names = {table: str(each.name) for each in DATA_CLASSES for table in each.tables}
    heads = [_("Data"), _("Table"), _("Column"), _("Form")]
    columns = kept_columns()
    return [heads, *([names[t], t, column, str(COLUMN_FORMS[form])] for t, column, form in columns)]


def _workbook(sheets: Mapping[str, list[list[str]]]) -> bytes:
    # The library is large: a desk where nobody downloads never loads it.
    from openpyxl import Workbook  # noqa: PLC0415

    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        _fill(book.create_sheet(title[:31]), rows)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(sheet: "Worksheet", rows: list[list[str]]) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 -- see _workbook
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    sheet.freeze_panes = "B2"
    for number, row in enumerate(rows, 1):
        for at, text in enumerate(row, 1):
            cell = sheet.cell(number, at, text)
            # Said outright: openpyxl takes text that begins with "=" for a formula.
            cell.data_type = "s"
            cell.font = Font(bold=number == 1)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for at in range(1, len(rows[0]) + 1):
        sheet.column_dimensions[get_column_letter(at)].width = 36
