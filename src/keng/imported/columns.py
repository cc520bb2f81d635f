"""The columns of a sheet of earlier tips, and of one of earlier warnings."""

from django.utils.translation import gettext_lazy as _

from keng.imported.models import ImportKind
from keng.network.sheets.columns import SheetColumn, SheetLayout

MOST_ROWS = 10_000
MOST_WORDS = 2000

_DATE = SheetColumn(
    "on",
    _("Date received"),
    _("A day such as 25/03/2024, or a month such as 03/2024 where no more is known."),
    is_required=True,
    also=("ngay", "ngay nhan", "ngay tiep nhan", "date"),
)
_PLACE = SheetColumn(
    "place",
    _("Commune or ward"),
    _("Of today or from before 1 July 2025. Empty: the province as a whole."),
    also=("noi", "xa", "xa, phuong", "xa phuong", "dia ban", "place"),
)
_CATEGORY = SheetColumn(
    "category",
    _("Category"),
    _("As Kẻng calls it: the names stand on the second page. May stay empty."),
    also=("loai", "linh vuc", "the loai", "kind"),
)
_NUMBER = SheetColumn(
    "number",
    _("Number in your register"),
    _("Tells rows apart that are else the same. May stay empty."),
    also=("so", "so dang ky", "ma tin", "number"),
)
TIP_LAYOUT = SheetLayout(
    (
        _DATE,
        _PLACE,
        _CATEGORY,
        SheetColumn(
            "words",
            _("Words of the tip"),
            _("May stay empty. What names its reporter is cut out and sealed."),
            also=("noi dung", "noi dung tin", "words"),
        ),
        SheetColumn(
            "channel",
            _("How it came in"),
            _("Zalo, phone, counter … May stay empty; names of groups are not kept."),
            also=("kenh", "nhom", "kenh, nhom", "nguon tin", "channel"),
        ),
        SheetColumn(
            "outcome",
            _("Outcome"),
            _("As Kẻng calls it: the names stand on the second page. Empty: not on record."),
            also=("ket qua", "outcome"),
        ),
        SheetColumn(
            "ended",
            _("Date of the outcome"),
            _("A day. Without one no words come in."),
            also=("ngay ket thuc", "ngay co ket qua", "ended"),
        ),
        SheetColumn(
            "value",
            _("Of value"),
            _("Yes or no. Empty: not on record."),
            also=("co gia tri", "gia tri", "tin co gia tri"),
        ),
        SheetColumn(
            "count",
            _("How many"),
            _("For a total: so many tips of this month, place and outcome. Empty: one."),
            also=("so luong", "so tin", "tong so", "count"),
        ),
        _NUMBER,
    ),
    most_rows=MOST_ROWS,
    most_cell=MOST_WORDS + 1,
)
WARNING_LAYOUT = SheetLayout(
    (
        SheetColumn(
            "on",
            _("Date it went out"),
            _("A day such as 25/03/2024."),
            is_required=True,
            also=("ngay", "ngay dang", "ngay phat", "date"),
        ),
        _PLACE,
        _CATEGORY,
        SheetColumn(
            "words",
            _("Text of the warning"),
            _("As it went out."),
            is_required=True,
            also=("noi dung", "noi dung canh bao", "text"),
        ),
        SheetColumn(
            "groups",
            _("Into how many groups"),
            _("A number. Empty: none is counted."),
            also=("so nhom", "groups"),
        ),
        _NUMBER,
    ),
    most_rows=MOST_ROWS,
    most_cell=MOST_WORDS + 1,
)
LAYOUTS = {ImportKind.TIPS: TIP_LAYOUT, ImportKind.WARNINGS: WARNING_LAYOUT}
