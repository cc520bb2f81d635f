"""The weekly digest of subscribers: what came beyond the number a week that they chose.

Entries are taken and the rows that carry them are made in one transaction: a killed worker has
written either none of a portion or all of it, and what was taken is taken once. What was recalled,
stopped or is over is left out, and of a corrected warning its newest version is named.
"""

import itertools
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from keng.acts.locks import lock, lock_available, take_turn
from keng.acts.work import work
from keng.delivery.actions.digest_entries import WORTH_READING, put_back_called_off_entries
from keng.delivery.actions.lead_messages import quiet_until
from keng.delivery.actions.sealed_messages import CarryingAccounts
from keng.delivery.audience import moments_called_off_for
from keng.delivery.digest_times import last_digest_time
from keng.delivery.models import Delivery, DigestEntry, Dispatch, DispatchText
from keng.delivery.models.outbound import DIGEST_SOURCE
from keng.delivery.priorities import Priority
from keng.delivery.queries.outcomes import NO_ACCOUNT, QUIET_HOURS
from keng.delivery.queries.subscribers import reachable_subscriptions
from keng.kit import times
from keng.kit.advisory_locks import TurnLock
from keng.kit.ids import new_id
from keng.network.models import Subscription
from keng.places.models import Unit
from keng.warnings.content import choice_of
from keng.warnings.models import Version, Warning
from keng.warnings.outgoing_text import names_of_places, places_in_words, warning_url, warnings_url

_PORTION = 500
# A notification of a browser is cut at 1000 characters (channels.web_push): what is named arrives.
_LONGEST = 900


@dataclass(frozen=True, slots=True)
class _Digest:
    """What one subscriber reads: the entries, and the warnings that they name."""

    to: Subscription
    entries: tuple[DigestEntry, ...]
    versions: tuple[Version, ...]

    @property
    def content(self) -> tuple[object, ...]:
        """Who has the same reads the same words."""
        return (self.to.language, *(version.pk for version in self.versions))


class _NamedIsOver(Exception):
    """A warning was recalled, corrected or stopped while it was put into digests."""


def send_digests() -> int:
    """Write a portion of the digests that are due; how many subscribers were looked at."""
    try:
        return _send_portion()
    except _NamedIsOver:
        # Nothing of it stays: the next look writes them without it.
        return 0


@work()
def _send_portion() -> int:
    if not take_turn(TurnLock.DIGESTS):
        return 0
    put_back_called_off_entries()
    # Of somebody who stopped while their entry was written: the trigger did not see it yet.
    DigestEntry.objects.filter(subscription__stopped_at__isnull=False).delete()
    due = list(lock_available(_due()).order_by("id")[:_PORTION])
    if not due:
        return 0
    digests = _digests_of(due)
    by_unit: dict[Unit, list[_Digest]] = defaultdict(list)
    for digest in digests:
        if digest.versions:
            by_unit[digest.versions[0].warning.unit].append(digest)
    for unit, of_unit in by_unit.items():
        _write(unit, of_unit)
    versions = [version for one in digests for version in one.versions]
    _lock_unless_over({version.dispatch_id for version in versions if version.dispatch_id})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('keng_delivery', '')")
    return len(due)


def _due() -> QuerySet[Subscription]:
    """Whoever something waited for at the last time of digests, and got none since."""
    moment = last_digest_time(times.now())
    entries = DigestEntry.objects.filter(subscription=OuterRef("pk"))
    # As the database asks before it takes another one.
    this_week = Delivery.objects.filter(
        recipient_ref=OuterRef("pk"), created_at__gte=moment, dispatch__source_kind=DIGEST_SOURCE
    ).exclude(state=Delivery.State.CANCELLED, called_off_at__isnull=False)
    return reachable_subscriptions().filter(
        Exists(entries.waiting().filter(added_at__lt=moment)),
        ~Exists(entries.filter(taken_at__gte=moment)),
        ~Exists(this_week),
    )


def _digests_of(due: Sequence[Subscription]) -> list[_Digest]:
    """With what is still to be read; entries of anything else are deleted."""
    waiting = DigestEntry.objects.waiting().filter(subscription__in=due)
    entries = list(waiting.select_related("dispatch").order_by("dispatch_id", "id"))
    newest = _newest_of({one.dispatch.source_ref for one in entries if one.dispatch.source_ref})
    over = {one.pk for one in entries if one.dispatch.source_ref not in newest}
    over |= _entries_of_stopped_texts(entries, newest)
    DigestEntry.objects.filter(pk__in=over).delete()
    entries_of: dict[uuid.UUID, list[DigestEntry]] = defaultdict(list)
    for one in entries:
        if one.pk not in over:
            entries_of[one.subscription_id].append(one)
    digests = []
    for subscription in due:
        mine = entries_of[subscription.pk]
        refs = [one.dispatch.source_ref for one in mine if one.dispatch.source_ref]
        named = dict.fromkeys(newest[ref] for ref in refs)
        digests.append(_Digest(subscription, tuple(mine), tuple(named)))
    return digests


def _entries_of_stopped_texts(
    entries: Sequence[DigestEntry], newest: Mapping[uuid.UUID, Version]
) -> set[uuid.UUID]:
    """Who never got a text that was stopped gets no correction of it either."""
    called_off = [
        (one, newest[ref])
        for one in entries
        if one.dispatch.cancelled_at and (ref := one.dispatch.source_ref) and ref in newest
    ]
    # Asked once for a warning, and only where one of its texts was called off.
    moments = {
        version.pk: moments_called_off_for(version.dispatch)
        for version in {version for _entry, version in called_off}
    }
    return {
        one.pk
        for one, version in called_off
        if one.dispatch.cancelled_at not in moments[version.pk]
    }


def _newest_of(version_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Version]:
    """By each version what the public reads now of its warning, where that is worth reading."""
    today = times.local_date(times.now())
    warning_of = dict(Version.objects.filter(pk__in=version_ids).values_list("pk", "warning_id"))
    newest = Version.objects.newest_published().filter(
        warning__in=warning_of.values(),
        warning__state=Warning.State.PUBLISHED,
        dispatch__cancelled_at__isnull=True,
    )
    by_warning = {
        version.warning_id: version
        for version in newest.select_related("warning__unit", "verify_code", "dispatch")
        if version.valid_until is None or version.valid_until >= today
    }
    return {
        version: by_warning[warning]
        for version, warning in warning_of.items()
        if warning in by_warning
    }


def _lock_unless_over(named: set[uuid.UUID]) -> None:
    """Hold what was named until the end. Raises _NamedIsOver.

    Whoever ends one of them locks it first, and then sees these digests and calls them off. At the
    end, so that nobody waits for the writing of many.
    """
    going = Dispatch.objects.filter(pk__in=named, cancelled_at__isnull=True)
    if len(lock(going).values_list("pk", flat=True)) < len(named):
        raise _NamedIsOver


def _write(unit: Unit, digests: Sequence[_Digest]) -> None:
    """One notice of this unit, a text for each content of it, a row for each reader."""
    now = times.now()
    notice = Dispatch.objects.create(
        kind=Dispatch.Kind.NOTICE,
        is_urgent=False,
        unit=unit,
        source_kind=DIGEST_SOURCE,
        materialised_at=now,
    )
    texts: dict[tuple[object, ...], DispatchText] = {}
    accounts = CarryingAccounts(unit)
    rows = []
    for digest in digests:
        if digest.content not in texts:
            texts[digest.content] = _text_of(notice, digest)
        row = _row_of(notice, digest, texts[digest.content], accounts)
        rows.append(row)
        DigestEntry.objects.filter(pk__in=[one.pk for one in digest.entries]).update(
            delivery_ref=row.pk, taken_at=now
        )
    DispatchText.objects.bulk_create(texts.values())
    Delivery.objects.bulk_create(rows)


def _row_of(
    notice: Dispatch, digest: _Digest, text: DispatchText, accounts: CarryingAccounts
) -> Delivery:
    now, to = times.now(), digest.to
    row = Delivery(
        id=new_id(),
        dispatch=notice,
        account=accounts.account_of(to),
        channel=to.channel,
        recipient_kind=Delivery.RecipientKind.SUBSCRIPTION,
        recipient_ref=to.pk,
        text=text,
        address_sealed=bytes(to.address_sealed),
        priority=Priority.LETTER,
        unit_ref=notice.unit_id,
        expires_at=now + WORTH_READING,
    )
    if row.account is None:
        row.state, row.code, row.settled_at = Delivery.State.REJECTED, NO_ACCOUNT, now
    elif until := quiet_until(to, now, is_urgent=False):
        row.state, row.code, row.not_before = Delivery.State.NOT_NOW, QUIET_HOURS, until
    return row


def _text_of(notice: Dispatch, digest: _Digest) -> DispatchText:
    language = digest.to.language
    with translation.override(language):
        lines = [
            _(
                "These warnings of your places came beyond the number a week that is set for you. "
                "What is urgent always comes at once."
            )
        ]
        named = [
            f"{number}. {_named(version, language)}"
            for number, version in enumerate(digest.versions, start=1)
        ]
        if len("\n".join([*lines, *named])) > _LONGEST:
            lines.append(
                _("All %(count)d of them, of which the first stand here: %(page)s")
                % {"count": len(named), "page": warnings_url()}
            )
        lines += _as_many_as_fit(named, _LONGEST - len("\n".join(lines)))
        subject = _("More warnings of this week")
    return DispatchText(dispatch=notice, language=language, subject=subject, text="\n".join(lines))


def _as_many_as_fit(named: list[str], room: int) -> list[str]:
    """The first of them, each on a line of its own; one at least."""
    ends = itertools.accumulate(len(each) + 1 for each in named)
    return named[: max(1, sum(end <= room for end in ends))]


def _named(version: Version, language: str) -> str:
    """Title, places, and the address of its page."""
    title = version.texts.get(language, version.texts["vi"])["title"]
    places = places_in_words(names_of_places(choice_of(version)))
    where = f" ({places})" if places else ""
    return f"{title}{where}\n{warning_url(version.verify_code.code)}"
