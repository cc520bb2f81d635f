"""Why a line of a sheet does not come in, in words; a batch keeps the codes."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

REFUSALS: "dict[str, str | _StrPromise]" = {
    "formula": _("a cell begins with =, +, - or @, as a formula does: leave that sign out"),
    "no_date": _("the date is missing"),
    "bad_date": _("the date is no day such as 25/03/2024 and no month such as 03/2024"),
    "month_of_warning": _("a warning went out on a day such as 25/03/2024, and this is a month"),
    "early_date": _("the date is before the year 2020"),
    "future_date": _("the date has not come yet"),
    "counted_here": _(
        "Kẻng itself has counted here since this day or before, or since a day of this month"
    ),
    "no_place": _("no commune, ward or hamlet of your province is or was called so"),
    "several_places": _("several places are called so: write its old district behind a comma"),
    "no_category": _("Kẻng has no category of this name"),
    "no_outcome": _("Kẻng has no outcome of this name"),
    "end_without_outcome": _("it has a date of the outcome and no outcome"),
    "bad_end": _("the date of the outcome is no day such as 25/03/2024"),
    "end_before_start": _("the outcome is dated before the tip"),
    "bad_value": _("“of value” is neither yes nor no"),
    "bad_count": _("the number is no whole number from 1 to 1,000,000"),
    "total_with_words": _("a total of several tips has no words"),
    "long_words": _("the words are longer than 2,000 letters"),
    "no_words": _("the text of the warning is missing"),
    "bad_groups": _("the number of groups is no whole number"),
}
