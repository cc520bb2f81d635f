"""What the writer of a short form is shown: how long it is on the air, with marks and without."""

from dataclasses import dataclass

from django.utils import translation

from keng.channels.sms.fitting import SmsLength, sms_length
from keng.warnings.content import SHORT_FORM
from keng.warnings.forms import WarningForm
from keng.warnings.outgoing_text import ShortFrame, Stamp, ended_sentence, short_frame


@dataclass(frozen=True, slots=True)
class ShortFormCount:
    """One short form as it stands in the form, in what is added to it."""

    frame: ShortFrame
    with_marks: SmsLength
    without_marks: SmsLength


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
