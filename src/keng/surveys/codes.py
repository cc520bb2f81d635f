"""Codes of surveys and of the slips that let one person answer once."""

from keng.kit.secrets import keyed_hash

SURVEY_LENGTH, SLIP_LENGTH = 6, 10


def slip_hash(survey: str, code: str) -> bytes:
    """How a slip is found; the code itself is stored nowhere."""
    return keyed_hash("survey slip", survey, code)
