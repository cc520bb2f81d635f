"""What the writer of a short form is shown: how long it is on the air, with marks and without."""

from dataclasses import dataclass

from django.utils import translation

from keng.channels.sms import Sms
from keng.channels.sms.fitting import SmsLength, keeps_marks, most_parts, sms_length
from keng.delivery.credentials import given_settings
from keng.delivery.models import ChannelAccount
from keng.warnings.content import SHORT_FORM
from keng.warnings.forms import WarningForm
from keng.warnings.outgoing_text import ShortFrame, Stamp, ended_sentence, short_frame


@dataclass(frozen=True, slots=True)
class ShortFormCount:
    """One short form as it stands in the form, in what is added to it."""

    frame: ShortFrame
    with_marks: SmsLength
    without_marks: SmsLength


@dataclass(frozen=True, slots=True)
class SmsLimits:
    """What the accounts for text messages send, where they differ the least of it."""

    keeps_marks: bool
    most_parts: int


def sms_limits() -> SmsLimits | None:
    """None where no account sends text messages."""
    accounts = ChannelAccount.objects.filter(channel=Sms.code, is_active=True)
    given = [given_settings(account) for account in accounts]
    if not given:
        return None
    return SmsLimits(all(map(keeps_marks, given)), min(map(most_parts, given)))


def short_form_counts(form: WarningForm, severity: int, stamp: Stamp) -> dict[str, ShortFormCount]:
    """By language. What nobody wrote yet counts as what is added alone."""
    found = {}
    for language, name in (("vi", SHORT_FORM), ("en", f"en_{SHORT_FORM}")):
        with translation.override(language):
            frame = short_frame(severity, stamp)
        words = str(form[name].value() or "").strip()
        text = f"{frame.head}{ended_sentence(words) if words else ''}{frame.tail}"
        found[language] = ShortFormCount(
            frame, sms_length(text, with_marks=True), sms_length(text, with_marks=False)
        )
    return found
