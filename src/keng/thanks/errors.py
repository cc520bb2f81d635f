"""Why there is no word of thanks, each with the sentence that its officer reads."""

import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.acts.errors import ChangedMeanwhile, Incomplete, Refused
from keng.kit.small_counts import FEWEST_SHOWN


class PlaceTooSmall(Incomplete):
    """In a hamlet everybody knows who could have seen it."""

    sentence = gettext_lazy(
        "A hamlet is too small: there, people could guess who reported. Choose the commune."
    )


class CategoryNotThanked(Incomplete):
    """Of a category of which no group is told anything: it could give a family or a child away."""

    sentence = gettext_lazy("Of reports of this kind no group is told anything.")


class TooFewReports(Refused):
    """Fewer than five different reports led to something, or their month is not over."""

    def __init__(self, possible_on: datetime.date | None = None) -> None:
        super().__init__()
        self.possible_on = possible_on
        few = _(
            "There have to be at least %(fewest)s different reports of this kind in this place "
            "that led to something, are in no other word of thanks, and ended more than a month "
            "ago."
        ) % {"fewest": FEWEST_SHOWN}
        if possible_on is not None:
            few += " " + _("Those that ended since then are enough on %(day)s.") % {
                "day": f"{possible_on:%d/%m/%Y}"
            }
        self.sentence = few


class OfTooFewDays(Refused):
    """They may all be of one person, who then would read only of what they wrote."""

    def __init__(self) -> None:
        super().__init__()
        self.sentence = _(
            "These reports came in on fewer than %(fewest)s different days: they could all be of "
            "one or two people."
        ) % {"fewest": FEWEST_SHOWN}


class AllOfOneHamlet(Refused):
    """Everybody there knows of what kind the trouble was, and who could have seen it."""

    sentence = gettext_lazy(
        "All of these reports are of one hamlet: there, people could guess who reported."
    )


class RefusedBefore(Refused):
    """A second person said of these very reports that somebody could guess."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.sentence = _(
            "A second person sent nothing of these reports: “%(reason)s”. They can be handed in "
            "again when others have joined them."
        ) % {"reason": reason}


class NoGroupToThank(Incomplete):
    """None of the groups is in use there."""

    sentence = gettext_lazy("Choose at least one group of this place that is in use.")


class GroupsGotEnough(Refused):
    """Every one of them has had its number of messages: nobody is written to for thanks alone."""

    sentence = gettext_lazy(
        "These groups got as many messages lately as they should: send the thanks later."
    )


class ReportsChanged(ChangedMeanwhile):
    """One of the reports counts no more: reopened, restricted, purged, or for named officers."""

    sentence = gettext_lazy(
        "Not sent: one of the reports behind it may be counted no more. Drop these thanks, and let "
        "the machine count anew."
    )
