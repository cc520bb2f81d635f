"""Calling whoever keeps an account of a channel before it ends: no telephone rings for it."""

import datetime
import uuid
from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keng.accounts.models import Officer
from keng.accounts.who import SEEING_ACCOUNTS
from keng.acts.locks import wait_for_turn
from keng.acts.work import work
from keng.audit.actions import record, unit_chain
from keng.delivery.account_ends import AccountEnd, EndingPart
from keng.delivery.models import ChannelAccount, Dispatch
from keng.delivery.queries.ending_accounts import ending_accounts, near_ends
from keng.duty import page_officers, rota
from keng.kit import times
from keng.kit.advisory_locks import TurnLock

_SOURCE_KINDS = {EndingPart.TOKENS: "tokens_end", EndingPart.PACKAGE: "package_ends"}
"""By what ends: the `source_kind` of the calls about it."""
_DAY_BEGINS = 7
_DAY_ENDS = 21
# The next call about it comes days later: this one waits for a sender or an account that is away.
_CALL_EXPIRES_AFTER = datetime.timedelta(hours=12)


def call_before_accounts_end() -> int:
    """Call about each end whose latest step (14, 7, 3, 1 days) has had no call.

    Returns how many ends.
    """
    return sum(map(_call_about, list(ending_accounts().values_list("pk", flat=True))))


@work()
def _call_about(account_id: uuid.UUID) -> int:
    """One after the other: another worker may have called a moment ago."""
    wait_for_turn(TurnLock.ACCOUNT_ENDS, account_id)
    account = ending_accounts().select_related("unit").filter(pk=account_id).first()
    if account is None:
        return 0
    due = [end for end in near_ends(account) if _is_due(account, end)]
    for end in due:
        _call(account, end)
    return len(due)


def _is_due(account: ChannelAccount, end: AccountEnd) -> bool:
    due_at = end.latest_call_due_at(times.now())
    if due_at is None:
        return False
    calls = Dispatch.objects.filter(
        kind=Dispatch.Kind.PAGE,
        source_kind=_SOURCE_KINDS[end.part],
        source_ref=account.pk,
        created_at__gte=due_at,
    )
    return not calls.exists()


def _call(account: ChannelAccount, end: AccountEnd) -> None:
    people = keepers_of(account)
    called = page_officers.call_officers(
        people,
        _call_words(account, end),
        unit_id=account.unit_id,
        source_kind=_SOURCE_KINDS[end.part],
        source_ref=account.pk,
        is_quiet=True,
        earliest=_when_awake(people),
        expires_after=_CALL_EXPIRES_AFTER,
    )
    record(
        "channel.end_called",
        by="worker",
        on=account,
        chain=unit_chain(account.unit_id),
        detail={
            "part": end.part.value,
            "days": end.days_left(times.now()),
            "officers": len(people),
            "pagers": sum(called.ways.values()),
        },
    )


def _when_awake(people: Iterable[Officer]) -> dict[uuid.UUID, datetime.datetime]:
    """It is a matter of days: nobody is called about it at night."""
    now = times.now()
    hour = now.astimezone(times.VIETNAM).hour
    if _DAY_BEGINS <= hour < _DAY_ENDS:
        return {}
    morning = times.start_of(times.local_date(now)) + datetime.timedelta(hours=_DAY_BEGINS)
    if hour >= _DAY_ENDS:
        morning += datetime.timedelta(days=1)
    return {officer.pk: morning for officer in people}


def keepers_of(account: ChannelAccount) -> list[Officer]:
    """Who sees to it: of the desk that runs it, else of the desk above."""
    roles = SEEING_ACCOUNTS.roles
    found = rota.watchers(account.unit_id, roles)
    if not found and account.unit.parent_id is not None:
        found = rota.watchers(account.unit.parent_id, roles)
    return found


def _call_words(account: ChannelAccount, end: AccountEnd) -> list[page_officers.CallWords]:
    """The account's name, days and a link: it is shown on locked screens."""
    link = settings.DESK_URL + reverse("channel-accounts", "keng.site.desk_urls")
    days = end.days_left(times.now())
    found = []
    for language in page_officers.CALL_LANGUAGES:
        with translation.override(language):
            subject = _subject(end.part, account.name, days)
            text = _("After that messages may neither come in nor go out. What to do: %(link)s") % {
                "link": link
            }
        found.append(page_officers.CallWords(language, subject, f"{subject}\n{text}"))
    return found


def _subject(part: EndingPart, name: str, days: int) -> str:
    if part == EndingPart.TOKENS:
        words = ngettext(
            "Account “%(name)s”: its access ends in %(n)d day",
            "Account “%(name)s”: its access ends in %(n)d days",
            days,
        )
    else:
        words = ngettext(
            "Account “%(name)s”: its package ends in %(n)d day",
            "Account “%(name)s”: its package ends in %(n)d days",
            days,
        )
    return words % {"name": name, "n": days}
