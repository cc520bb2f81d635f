"""Why a summary was not taken, in words for everybody."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Trouble(StrEnum):
    """One short word each, as it is kept."""

    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    NOT_PUBLISHED = "not_published"
    REFUSED_ADDRESS = "refused_address"
    UNREADABLE = "unreadable"
    WRONG_SIGNATURE = "wrong_signature"
    OTHER_PROVINCE = "other_province"
    OLDER = "older"
    TWO_OF_ONE_NUMBER = "two_of_one_number"
    ENDED = "ended"
    CLOCK_AHEAD = "clock_ahead"
    OTHER_LISTINGS = "other_listings"


class SummaryTrouble(Exception):
    """A summary was not taken."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble = trouble


TROUBLE_WORDS: dict[Trouble, str | Promise] = {
    Trouble.UNREACHABLE: _("Its server did not answer."),
    Trouble.CERTIFICATE: _("The certificate of its server is over, or of another name."),
    Trouble.NOT_PUBLISHED: _("It publishes no summary."),
    Trouble.REFUSED_ADDRESS: _("Its address leads elsewhere, and was not followed."),
    Trouble.UNREADABLE: _("What it answered is no summary."),
    Trouble.WRONG_SIGNATURE: _("It is not signed with the key that is known of this province."),
    Trouble.OTHER_PROVINCE: _("It speaks of another province."),
    Trouble.OLDER: _("It is older than one that was seen before."),
    Trouble.TWO_OF_ONE_NUMBER: _("Two different ones bear the same number."),
    Trouble.ENDED: _("It was not signed again in time."),
    Trouble.CLOCK_AHEAD: _("It is dated in the future: a clock is wrong."),
    Trouble.OTHER_LISTINGS: _("Its list of confirmed entries is not the one that was signed."),
}
