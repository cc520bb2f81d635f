"""The graded answer in a chat. Every grade has its words ready; which one holds, a statement says.

A chat's answer is sealed before the database is asked, so it names no month and no unit; the page
does.
"""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from keng.language.asked import Asked, listing_hash

LISTED = ("confirmed", "reported", "imported")
TAKEN_OFF = ("spoofed", "recycled", "mistake")
NONE = "none"
GRADES = (*LISTED, *TAKEN_OFF, NONE)
# The same answer as `queries.answers` gives (a test compares them): the strongest entry in force,
# else what was taken off last. An account counts only when it is confirmed.
GRADE = """
coalesce(
  (SELECT l.grade FROM lookup_listing l
   WHERE l.lookup_hash = ANY(hashes) AND l.status = 'listed' AND l.expires_on >= %(today)s
     AND (l.grade = 'confirmed' OR l.lookup_hash <> ALL(accounts))
   ORDER BY array_position(ARRAY['confirmed', 'reported', 'imported'], l.grade::text) LIMIT 1),
  (SELECT l.end_reason FROM lookup_listing l
   WHERE l.lookup_hash = ANY(hashes) AND l.status = 'ended'
     AND l.end_reason IN ('mistake', 'recycled', 'spoofed')
     AND (l.checked_at IS NOT NULL OR l.grade = 'imported')
     AND l.ended_at > now() - interval '730 days'
   ORDER BY l.ended_at DESC LIMIT 1),
  'none')
"""


def hashes(asked: Asked) -> tuple[list[bytes], list[bytes]]:
    """Under which hashes to look, and which of them are accounts'; none for what is private."""
    if asked.may_name_a_person:
        return [], []
    every = [listing_hash(*key) for key in asked.keys]
    accounts = [listing_hash(*key) for key in asked.keys if key[0] == "bank_account"]
    return every, accounts


def answers(asked: Asked, languages: tuple[str, ...]) -> dict[str, str]:
    """The whole text for each grade; for what is private the same for all."""
    is_account = any(kind == "bank_account" for kind, _value in asked.keys)
    made = {}
    for grade in GRADES:
        head = "private" if asked.may_name_a_person else grade
        parts = [_parts(language)[head] for language in languages]
        ends = [_end(language, grade, is_account=is_account) for language in languages]
        made[grade] = "\n\n".join(
            f"{asked.shown}: {part}\n{end}" for part, end in zip(parts, ends, strict=True)
        )
    return made


def help_text(languages: tuple[str, ...]) -> str:
    """When nothing was named that could be looked up."""
    return _in(languages, lambda: _(
        "Send one phone number, account or link, and you read what is known of it. For a whole "
        "message use the page: %(page)s"
    ) % {"page": _page()})  # fmt: skip


def slow_text(languages: tuple[str, ...]) -> str:
    """When too many were asked one after the other."""
    return _in(languages, lambda: _(
        "You looked up many numbers in a short time. Wait ten minutes, or use the page: %(page)s"
    ) % {"page": _page()})  # fmt: skip


@cache
def _parts(language: str) -> dict[str, str]:
    with translation.override(language):
        return {
            "confirmed": _("CONFIRMED: it was used in a scam."),
            "reported": _("several people reported it, not confirmed. It may be a mistake."),
            "imported": _("listed by another source. Our desk has not checked it."),
            "spoofed": _(
                "fraudsters fake this number; its real holder is a victim, too. Hang up, look the "
                "number up yourself, and dial it."
            ),
            "recycled": _("no data today. It stood in the list once; it has a new holder now."),
            "mistake": _("no data. It stood in the list by mistake and was taken off."),
            "none": _(
                "no data yet. That does not mean safe: new numbers and pages of fraudsters are "
                "mostly not reported yet."
            ),
            "private": _("plates and personal pages are for the desk only, so nothing is said."),
        }


@cache
def _end(language: str, grade: str, *, is_account: bool) -> str:
    with translation.override(language):
        listed = _("Send no money, read out no code, open no link. Already paid? Call your bank.")
        check = _("Before you pay into an account, check it in your bank's app.")
        report = _(
            "To report it, write here what happened, with the number. More, and objections: "
            "%(page)s"
        ) % {"page": _page()}
    return "\n".join([listed] * (grade in LISTED) + [check] * is_account + [report])


def _in(languages: tuple[str, ...], sentence: Callable[[], str]) -> str:
    said = []
    for language in languages:
        with translation.override(language):
            said.append(sentence())
    return "\n".join(said)


def _page() -> str:
    return f"{settings.PUBLIC_URL}/lookup/"
