"""The columns of each kind of sheet, known by their headings in both languages."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, override

from keng.language.fold import fold

MOST_ROWS = 2000
"""Of a sheet whose layout says no other number."""
MOST_CELL = 400
"""Letters of a cell, likewise; what is longer is cut off there."""


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column; `also` are further headings in folded spelling."""

    key: str
    heading: Promise
    hint: Promise
    is_required: bool = False
    also: tuple[str, ...] = ()
    example: str | Promise = ""
    """What the example file has there; nothing about anybody who exists."""


GROUP_COLUMNS = (
    SheetColumn(
        "name",
        gettext_lazy("Name of the group"),
        gettext_lazy("As people call it. It tells the groups of one unit apart."),
        is_required=True,
        also=("nhom", "group"),
    ),
    SheetColumn(
        "kind",
        gettext_lazy("Kind"),
        gettext_lazy("One of the kinds listed below."),
        is_required=True,
        also=("loai nhom",),
    ),
    SheetColumn(
        "place",
        gettext_lazy("Place"),
        gettext_lazy("Commune, ward or hamlet. Old names are understood."),
        is_required=True,
        also=("noi", "xa, phuong", "xa phuong"),
    ),
    SheetColumn(
        "unit",
        gettext_lazy("Unit"),
        gettext_lazy("May stay empty: the unit that serves the place."),
    ),
    SheetColumn(
        "channel",
        gettext_lazy("How it is reached"),
        gettext_lazy("May stay empty: a lead posts there by hand."),
        also=("kenh", "channel"),
    ),
    SheetColumn(
        "address",
        gettext_lazy("Address of the group on that channel"),
        gettext_lazy("Only for groups reached by machine."),
    ),
    SheetColumn(
        "members",
        gettext_lazy("Number of members"),
        gettext_lazy("A number, never a list of people."),
        also=("thanh vien", "members"),
    ),
    SheetColumn(
        "leads",
        gettext_lazy("Leads who post there"),
        gettext_lazy("Names of leads who agreed before, several with a semicolon between."),
        also=("dau moi", "leads"),
    ),
    SheetColumn(
        "officer",
        gettext_lazy("Officer in charge"),
        gettext_lazy("An officer of that unit."),
        also=("phu trach",),
    ),
    SheetColumn(
        "active",
        gettext_lazy("In use"),
        gettext_lazy("Yes or no. May stay empty: yes."),
        also=("dang dung",),
    ),
)

HEADING_LANGUAGES = ("vi", "en")
# Headings of columns about single people. What stands below them is never taken over.
_ABOUT_PEOPLE = (
    "sdt",
    "dien thoai",
    "phone",
    "mobile",
    "ho ten",
    "ho va ten",
    "full name",
    "cccd",
    "cmnd",
    "can cuoc",
    "ngay sinh",
    "birth",
    "thanh vien",
    "member",
    "danh sach",
    "email",
    "dia chi",
    "address",
    "ten nguoi",
    "nghe nghiep",
    "gioi tinh",
    "nguoi thue",
    "khach",
    "tenant",
    "guest",
    "hoc sinh",
    "pupil",
)


def in_both_languages(words: str | Promise) -> Iterator[str]:
    """A translatable text as it is written in each language."""
    for language in HEADING_LANGUAGES:
        with override(language):
            yield str(words)


class SheetLayout:
    """The columns of one kind of sheet."""

    def __init__(
        self,
        columns: tuple[SheetColumn, ...],
        *,
        most_rows: int = MOST_ROWS,
        most_cell: int = MOST_CELL,
    ) -> None:
        self.columns = columns
        self.most_rows = most_rows
        self.most_cell = most_cell
        self.required = frozenset(column.key for column in columns if column.is_required)
        self._known: dict[str, str] = {}

    def key_of(self, heading: str) -> str:
        """The column with this heading; empty when it is none of ours."""
        if not self._known:
            for column in self.columns:
                for words in (*in_both_languages(column.heading), column.key, *column.also):
                    self._known[_plain(words)] = column.key
        return self._known.get(_plain(heading), "")


GROUP_LAYOUT = SheetLayout(GROUP_COLUMNS)


def is_about_people(heading: str) -> bool:
    """Whether such a column would make a list of residents, so that its being left out is told.

    Every column that is not known is left out (`reading.py`).
    """
    plain = _plain(heading)
    return any(word in plain for word in _ABOUT_PEOPLE)


def _plain(heading: str) -> str:
    return " ".join(fold(heading).strip(" *:.").split())
