"""The numbers and links in what a desk is about to say to everybody, as in a warning."""

from keng.accounts.models import Officer
from keng.community.models import Meeting, OfficialChannel, Question
from keng.places.models import Unit
from keng.warnings.known_numbers import NumberCheck, check_numbers, compared_tips


def check_meeting_numbers(meeting: Meeting, *, by: Officer) -> NumberCheck:
    """Of where it is and what it is about."""
    return _check_numbers({"what": meeting.about, "act": meeting.venue}, meeting.unit, by)


def check_channel_numbers(channel: OfficialChannel, *, by: Officer) -> NumberCheck:
    """Of what is listed: it is in no desk's list yet, so whoever lets it out compares it."""
    return _check_numbers({"what": channel.shown_as}, channel.unit, by)


def check_answer_numbers(question: Question, *, by: Officer) -> NumberCheck:
    """Of the question as it is shown, and of the answer."""
    return _check_numbers({"what": question.shown_text, "act": question.answer}, question.unit, by)


def _check_numbers(parts: dict[str, str], unit: Unit, by: Officer) -> NumberCheck:
    return check_numbers({"vi": parts}, unit=unit, against=compared_tips(by, unit))
