"""The Front of the demo at its own work: an open inbox with questions, and a survey that is open.

Everything goes through the acts of the partner's own members; nothing of it is true.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from keng.accounts.models import PartnerMember
from keng.accounts.partner_role import in_partner_role
from keng.kit import times
from keng.kit.database import PARTNER_ROLE
from keng.partner_inbox import asker_acts, holder_acts, matter_acts
from keng.partner_inbox.holder_acts import UnlockedInbox
from keng.partner_inbox.models import InboxMatter
from keng.partners.actions import surveys
from keng.runtime.roles import GRANTS_SAY_INHERIT, without_inheriting
from keng.tips import receipt_codes
from keng_dev.demo.province import front_words as words

_DAYS_OPEN = 20


@contextmanager
def allowed_the_partner_role() -> Iterator[None]:
    """For as long as the demo is loaded its owner may take the role of partners, as the public
    site may; given and taken back in the one transaction of the loading.

    Whoever may take it already, as a superuser may every role, is given nothing and loses nothing.
    """
    with connection.cursor() as cursor:
        is_given = not _may_take_it(cursor)
        if is_given:
            how = without_inheriting(connection.connection.info.server_version)
            cursor.execute(f"GRANT {PARTNER_ROLE} TO CURRENT_USER{how}")
    yield
    if is_given:
        with connection.cursor() as cursor:
            cursor.execute(f"REVOKE {PARTNER_ROLE} FROM CURRENT_USER GRANTED BY CURRENT_USER")


def _may_take_it(cursor: CursorWrapper) -> bool:
    # Before 16 every member of a role may take it.
    how = "SET" if connection.connection.info.server_version >= GRANTS_SAY_INHERIT else "MEMBER"
    cursor.execute("SELECT pg_has_role(current_user, %s, %s)", [PARTNER_ROLE, how])
    (may_take,) = cursor.fetchone()
    return bool(may_take)


def open_inbox(reader: PartnerMember) -> str:
    """With a question that waits, one that was answered and one that asks for a yes.

    Returns the phrase that opens it, which is printed once.
    """
    phrase = holder_acts.make_inbox_key(by=reader)
    unlocked = holder_acts.prove_inbox_phrase(phrase, by=reader)
    if unlocked is None:
        raise LookupError("Somebody else reads this inbox already.")
    for number, asked in enumerate(words.ASKED):
        matter = _ask(reader, asked.text, token=f"demo matter {number}")
        _decide(matter, asked, unlocked, reader)
    return phrase


def _ask(reader: PartnerMember, text: str, *, token: str) -> InboxMatter:
    asker_acts.ask_partner(reader.partner, text=text, token=token, language="vi")
    code = receipt_codes.code_from_token(token)
    with in_partner_role():
        return InboxMatter.objects.get(code_hash=receipt_codes.code_hash(code))


def _decide(
    matter: InboxMatter, asked: words.AskedFront, unlocked: UnlockedInbox, reader: PartnerMember
) -> None:
    if asked.answer:
        matter_acts.answer_matter(matter.pk, words=asked.answer, unlocked=unlocked, by=reader)
    if asked.asks_consent:
        matter_acts.ask_consent(matter.pk, words=asked.asks_consent, unlocked=unlocked, by=reader)


def open_survey(writer: PartnerMember, second: PartnerMember) -> None:
    """Written by one of its people and opened by another; it takes answers for some weeks."""
    today = times.local_date(times.now())
    content: dict[str, Any] = {
        "vi": words.SURVEY,
        "en": None,
        "places": [],
        "closes_on": (today + dt.timedelta(days=_DAYS_OPEN)).isoformat(),
        "results_on": (today + dt.timedelta(days=2 * _DAYS_OPEN)).isoformat(),
    }
    survey = surveys.make_partner_survey(purpose="renting", content=content, by=writer)
    for question in words.SURVEY_QUESTIONS:
        surveys.put_partner_question(survey.pk, question, by=writer)
    handed_in = surveys.submit_partner_survey(survey.pk, checked=True, by=writer)
    surveys.open_partner_survey(survey.pk, seen=handed_in.digest_now, checked=True, by=second)
