"""The text of a warning as each kind of message takes it, for whoever passes it on by hand."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from keng.channels.sms.fitting import TooLongForSms, sms_parts, sms_text, sms_words
from keng.channels.wire import OutgoingMessage

# A text message of three parts still arrives as one on every phone.
MOST_SMS_PARTS = 3


@dataclass(frozen=True, slots=True)
class TextsToPassOn:
    """One text for each kind of message, and the links that open an app with it."""

    whole: str
    """For Zalo: complete without its link."""
    with_link: str
    """For Facebook, which shows the picture of the link below it."""
    sms: str
    """Without accents: the short form; else the text, ended at a sentence, with the link that has
    the rest; "" if none fits."""
    sms_count: int
    sms_link: str
    zalo_link: str


def texts_to_pass_on(text: str, url: str = "", short: str = "") -> TextsToPassOn:
    """Of the text as it was sent, its short form, and the public address of the warning.

    What takes a warning back has no address: below it the picture of that warning would show.
    """
    with_link = f"{text}\n{url}" if url else text
    sms = _text_message(with_link, short)
    return TextsToPassOn(
        text,
        with_link,
        sms,
        sms_parts(sms) if sms else 0,
        f"sms:?body={quote(sms or url)}",
        f"https://zalo.me/share?{urlencode({'url': url})}" if url else "",
    )


def _text_message(with_link: str, short: str) -> str:
    """The approved short form, never cut; without one that fits, the text, which may be cut."""
    phone = {"most_parts": str(MOST_SMS_PARTS)}
    try:
        return sms_words(OutgoingMessage(with_link, short=short), phone)
    except TooLongForSms:
        pass
    try:
        return sms_text(with_link, phone)
    except TooLongForSms:
        return ""
