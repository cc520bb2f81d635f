"""Who exactly would receive something: places and kinds in, a counted and hashed list out."""

import datetime
import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from keng import channels
from keng.channels.by_hand import BY_HAND
from keng.delivery import recipients
from keng.delivery.digest_times import lasts_until_digest
from keng.delivery.fatigue import fatigue_budget, subscriber_week_limit
from keng.delivery.models import Delivery, DigestEntry, Dispatch, DispatchAudience
from keng.delivery.recipients import RecipientQuery
from keng.kit import times
from keng.network.models import GroupKind

# So long an approver is told that a group's address is new.
ADDRESS_IS_NEW_FOR = datetime.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Audience:
    """Groups and subscribers by place and kind; the same choice may mean others tomorrow."""

    units: tuple[uuid.UUID, ...]
    """Whose groups: a desk addresses its own groups and those of the units below it, no others."""
    places: tuple[uuid.UUID, ...]
    """Everything inside these places belongs to it."""
    kinds: tuple[str, ...]
    without: tuple[uuid.UUID, ...] = ()
    subscribers: bool = True
    minimum_severity: int = 1
    """How grave it is: subscribers who asked for graver things only are left out."""
    over_limit_reason: str = ""
    """Why groups whose budget of warnings is spent get this too; empty leaves them out."""
    groups: tuple[tuple[uuid.UUID, str, str], ...] | None = None
    """No group but these, each on this channel under this address: what define_audience() found.
    None while it is not defined: whichever groups there are."""
    is_thanks: bool = False
    """Nobody needs them before the morning: no machine posts them in a group at night. And a group
    gets no more of them than of warnings, which go first."""
    expires_at: datetime.datetime | None = None
    """When the text is worth nothing any more; of what is approved it is part with the text."""
    may_wait: bool = True
    """Whether subscribers whose week is full get it in their digest: not what is urgent."""

    @property
    def definition(self) -> dict[str, Any]:
        """What an approval is bound to, as it is kept with a dispatch."""
        # Named only where it is so: what was approved before there was a choice stays approved.
        kind = {"is_thanks": True} if self.is_thanks else {}
        return kind | {
            "units": _sorted_ids(self.units),
            "places": _sorted_ids(self.places),
            "kinds": sorted(self.kinds),
            "without": _sorted_ids(self.without),
            "subscribers": self.subscribers,
            "minimum_severity": self.minimum_severity,
            "over_limit_reason": self.over_limit_reason,
            "groups": sorted([str(key), *posted] for key, *posted in self.groups or ()),
        }

    @property
    def hash(self) -> bytes:
        """Of the definition: one group more, less or elsewhere is another; one person is not."""
        return _digest_of_definition(self.definition)

    def resolved(self) -> "Audience":
        """Itself: see SameRecipients."""
        return self

    def query(self) -> RecipientQuery:
        """The recipients, as a WITH query ending in a table `recipients`."""
        return recipients.chosen_recipients(
            units=list(self.units),
            places=list(self.places),
            kinds=list(self.kinds),
            without=list(self.without),
            subscribers=self.subscribers,
            severity=self.minimum_severity,
            budget=fatigue_budget(),
            subscriber_limit=subscriber_week_limit(),
            lasts_until_digest=self.may_wait and lasts_until_digest(self.expires_at),
            over_limit=bool(self.over_limit_reason.strip()),
            approved=self.groups,
            is_thanks=self.is_thanks,
        )


@dataclass(frozen=True, slots=True)
class SameRecipients:
    """Whoever got one of these dispatches, or may have got it: for a correction or a recall."""

    dispatches: tuple[uuid.UUID, ...]
    waiting: bool = False
    """Also those whose message has not left yet: they get the new one instead of the old."""
    deletes_posts: bool = False
    """Whether posts that can be deleted are, instead of saying that they were taken back."""
    reaches_digests: bool = False
    """Also those for whom it waits for their weekly digest: what is urgent now waits no longer."""
    expires_at: datetime.datetime | None = None
    """When the new text is worth nothing any more: before the digest, it does not wait for that."""
    called_off_at: tuple[datetime.datetime, ...] = ()
    """The moments at which what waited was called off for this; before it is, what waits is
    counted."""

    @property
    def definition(self) -> dict[str, Any]:
        """What an approval is bound to, as it is kept with a dispatch."""
        found: dict[str, Any] = {"earlier": _sorted_ids(self.dispatches), "waiting": self.waiting}
        # Named only where it is so: what was approved before there was a choice stays approved.
        return found | {"deletes_posts": True} if self.deletes_posts else found

    @property
    def hash(self) -> bytes:
        """Of the definition: a message that leaves or fails meanwhile makes no approval stale."""
        return _digest_of_definition(self.definition)

    def resolved(self) -> "Audience | SameRecipients":
        """The same, where one of the earlier dispatches is or was called off before it had rows.

        Whoever waits for such a dispatch stands in no row: they are those whom it would have gone
        to. That is the audience that was chosen first, if nothing of it ever had rows.
        """
        moments: list[datetime.datetime | None] = [*self.called_off_at] or [None]
        rowless = Dispatch.objects.filter(
            pk__in=self.dispatches, materialised_at__isnull=True, audience__isnull=False
        ).select_related("audience")
        for each in rowless.order_by("-id") if self.waiting else ():
            if each.cancelled_at in moments:
                audience = audience_of_dispatch(each)
                if isinstance(audience, Audience):
                    return replace(
                        audience, expires_at=self.expires_at, may_wait=not self.reaches_digests
                    )
                moments += audience.called_off_at
        return replace(self, called_off_at=tuple(moment for moment in moments if moment))

    def query(self) -> RecipientQuery:
        """The recipients, as a WITH query ending in a table `recipients`."""
        found = self.resolved()
        if isinstance(found, Audience):
            return found.query()
        return recipients.earlier_recipients(
            list(found.dispatches),
            waiting=found.waiting,
            called_off_at=list(found.called_off_at),
            reaches_digests=found.reaches_digests or not lasts_until_digest(found.expires_at),
        )


def _sorted_ids(keys: Iterable[uuid.UUID]) -> list[str]:
    return sorted(str(key) for key in keys)


def _digest_of_definition(definition: dict[str, Any]) -> bytes:
    """SHA-256 of the canonical JSON."""
    canonical = json.dumps(definition, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).digest()


def define_audience(audience: Audience | SameRecipients) -> Audience | SameRecipients:
    """The audience as it is approved: with its groups of this moment, and where each is posted."""
    if isinstance(audience, SameRecipients):
        return audience
    query = audience.query()
    with connection.cursor() as cursor:
        cursor.execute(
            # Our own words only; values are bound.
            f"{query.sql} SELECT recipient_ref, channel, address FROM recipients "  # noqa: S608
            "WHERE recipient_kind = 'group' ORDER BY 1",
            query.values,
        )
        return replace(audience, groups=tuple(cursor.fetchall()))


def audience_of_dispatch(dispatch: Dispatch) -> Audience | SameRecipients:
    """The audience of a dispatch to many, as it was approved."""
    kept = dispatch.audience.definition
    if "earlier" in kept:
        ended = dispatch.earlier_ended_at
        return SameRecipients(
            _ids(kept["earlier"]),
            kept["waiting"],
            deletes_posts=kept.get("deletes_posts", False),
            reaches_digests=dispatch.is_urgent and dispatch.kind == Dispatch.Kind.CORRECTION,
            expires_at=dispatch.expires_at,
            called_off_at=(ended,) if ended else (),
        )
    return Audience(
        units=_ids(kept["units"]),
        places=_ids(kept["places"]),
        kinds=tuple(kept["kinds"]),
        without=_ids(kept["without"]),
        subscribers=kept["subscribers"],
        minimum_severity=kept["minimum_severity"],
        over_limit_reason=kept["over_limit_reason"],
        groups=tuple((uuid.UUID(key), channel, to) for key, channel, to in kept["groups"]),
        is_thanks=kept.get("is_thanks", False),
        expires_at=dispatch.expires_at,
    )


def moments_of_replacing(dispatch: Dispatch | None) -> tuple[datetime.datetime, ...]:
    """When what this dispatch replaces was called off for it."""
    if dispatch is None or not DispatchAudience.objects.filter(dispatch=dispatch).exists():
        return ()
    found = audience_of_dispatch(dispatch).resolved()
    return found.called_off_at if isinstance(found, SameRecipients) else ()


def _ids(kept: list[str]) -> tuple[uuid.UUID, ...]:
    return tuple(uuid.UUID(key) for key in kept)


@dataclass(frozen=True, slots=True)
class RecipientCount:
    """Recipients of one kind on one channel."""

    recipient_kind: str
    group_kind: str
    channel: str
    count: int
    members: int
    unreachable: int
    """How many of them no active account of the channel can reach."""
    posts: int = 0
    """At how many of them a post stands that can be changed and deleted."""


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One row of a table of the plan."""

    code: str
    label: str
    count: int
    members: int
    unreachable: int = 0


@dataclass(frozen=True, slots=True)
class GroupOverLimit:
    """A group whose budget of warnings is spent (`fatigue`)."""

    id: uuid.UUID
    name: str
    recent: int
    """Warnings of the last seven days."""
    month: int
    """Of the last thirty."""


@dataclass(frozen=True, slots=True)
class AudiencePlan:
    """What sending would mean now. Every sum is made of the same cells."""

    cells: tuple[RecipientCount, ...]
    hash: bytes
    over_limit: tuple[GroupOverLimit, ...] = ()
    """Left out, or included for the reason given."""
    leadless: int = 0
    """Groups by hand for whom nobody can post it."""
    by_recent: dict[int, int] = field(default_factory=dict)
    """How many groups get their first, second, … warning of these seven days."""
    in_digest: int = 0
    """Subscribers who had as many as they want this week: they get it in their digest."""

    @property
    def groups(self) -> int:
        return sum(c.count for c in self.cells if c.recipient_kind == Delivery.RecipientKind.GROUP)

    @property
    def members(self) -> int:
        return sum(
            c.members for c in self.cells if c.recipient_kind == Delivery.RecipientKind.GROUP
        )

    @property
    def subscribers(self) -> int:
        return sum(
            c.count for c in self.cells if c.recipient_kind == Delivery.RecipientKind.SUBSCRIPTION
        )

    @property
    def people(self) -> int:
        """Subscribers who get it, now or in their digest: the number that is approved."""
        return self.subscribers + self.in_digest

    @property
    def recipients(self) -> int:
        return sum(c.count for c in self.cells)

    @property
    def unreachable(self) -> int:
        return sum(c.unreachable for c in self.cells)

    @property
    def posts(self) -> int:
        """At how many of them a post stands that can be changed and deleted."""
        return sum(c.posts for c in self.cells)

    def kinds(self) -> list[PlanLine]:
        """Groups by kind; the counts add up to `groups`."""
        cells = [c for c in self.cells if c.recipient_kind == Delivery.RecipientKind.GROUP]
        lines = _lines(cells, "group_kind", {kind.value: str(kind.label) for kind in GroupKind})
        return sorted(lines, key=lambda line: list(GroupKind.values).index(line.code))

    def channels(self) -> list[PlanLine]:
        """All recipients by channel; the counts add up to `recipients`."""
        return _lines(list(self.cells), "channel", channel_labels())


def _lines(cells: list[RecipientCount], key: str, labels: dict[str, str]) -> list[PlanLine]:
    lines = []
    for code in dict.fromkeys(getattr(c, key) for c in cells):
        of = [c for c in cells if getattr(c, key) == code]
        lines.append(
            PlanLine(
                code,
                str(labels.get(code, code)),
                sum(c.count for c in of),
                sum(c.members for c in of),
                sum(c.unreachable for c in of),
            )
        )
    return lines


def channel_labels() -> dict[str, str]:
    """What the desk calls each channel, and the page that is none."""
    names = {code: str(channels.get_channel(code).facts.name) for code in channels.channel_codes()}
    names |= {code: str(way.name) for code, way in channels.phone_ways().items()}
    return names | {"web": _("Status page")}


def count_recipients(audience: Audience | SameRecipients) -> tuple[RecipientCount, ...]:
    """Only the counts, in one query."""
    query = audience.query()
    with connection.cursor() as cursor:
        cursor.execute(
            query.sql + " SELECT recipient_kind, group_kind, channel, count(*), sum(member_count), "
            "count(*) FILTER (WHERE account_id IS NULL AND channel <> %(hand)s), "
            "count(earlier_ref) "
            "FROM recipients GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
            query.values,
        )
        return tuple(RecipientCount(*row) for row in cursor.fetchall())


def reaches_nobody(audience: Audience | SameRecipients) -> bool:
    """Whether it would go to no group and no person, not even in their digest."""
    return not count_recipients(audience) and not count_digested(audience)


def count_who_have_it(audience: SameRecipients) -> int:
    """How many of them are known to have it; all others may have it, and are told as well."""
    query = audience.query()
    with connection.cursor() as cursor:
        cursor.execute(
            # Our own words only; values are bound.
            f"{query.sql} SELECT count(*) FROM recipients r WHERE EXISTS ("  # noqa: S608
            "SELECT 1 FROM delivery_delivery d WHERE d.dispatch_id = ANY(%(sent)s::uuid[]) "
            "AND d.recipient_ref = r.recipient_ref AND d.part = 1 "
            "AND d.state IN ('sent', 'delivered', 'read', 'relayed'))",
            {**query.values, "sent": list(audience.dispatches)},
        )
        found: int = cursor.fetchone()[0]
        return found


def count_subscribers(audience: Audience | SameRecipients) -> int:
    """How many people it would reach, now or in their digest, groups left aside."""
    cells = count_recipients(audience)
    return AudiencePlan(cells, audience.hash, in_digest=count_digested(audience)).people


def count_digested(audience: Audience | SameRecipients) -> int:
    """How many subscribers would get it in their weekly digest alone."""
    found = audience.resolved()
    if isinstance(found, SameRecipients):
        return _count_corrected_in_digests(found)
    query = found.query()
    with connection.cursor() as cursor:
        cursor.execute(
            # Our own words only; values are bound.
            f"{query.sql} SELECT count(*) FROM subscribers WHERE is_digested",  # noqa: S608
            query.values,
        )
        count: int = cursor.fetchone()[0]
        return count


def _count_corrected_in_digests(found: SameRecipients) -> int:
    """Whose digest names the earlier text, or will, and has not left: it names the correction."""
    if not found.waiting:
        return 0
    unsent = Delivery.objects.filter(state__in=(Delivery.State.QUEUED, Delivery.State.NOT_NOW))
    names_it = Q(delivery_ref__in=unsent.values("pk"))
    if not found.reaches_digests and lasts_until_digest(found.expires_at):
        # Otherwise it goes to them by itself, and they stand among the recipients.
        names_it |= Q(delivery_ref__isnull=True)
    entries = DigestEntry.objects.filter(names_it, dispatch__in=found.dispatches).ended_by_none_but(
        found.called_off_at
    )
    people = entries.filter(subscription__stopped_at__isnull=True).values("subscription")
    return people.distinct().count()


def plan_audience(audience: Audience | SameRecipients) -> AudiencePlan:
    """Count an audience as it is this moment, and hash its definition."""
    query, cells = audience.query(), count_recipients(audience)
    digest = define_audience(audience).hash
    with connection.cursor() as cursor:
        if isinstance(audience, SameRecipients):
            return AudiencePlan(
                cells,
                digest,
                leadless=_leadless(cursor, query),
                in_digest=count_digested(audience),
            )
        cursor.execute(
            # Our own words only; values are bound.
            query.sql + " SELECT id, name, recent, month FROM candidates WHERE is_over "  # noqa: S608
            "ORDER BY name, id",
            query.values,
        )
        over_limit = tuple(GroupOverLimit(*row) for row in cursor.fetchall())
        cursor.execute(
            # Our own words only; values are bound.
            query.sql + " SELECT recent, count(*) FROM recipients WHERE recipient_kind = 'group' "  # noqa: S608
            "GROUP BY 1 ORDER BY 1",
            query.values,
        )
        by_recent = {recent + 1: count for recent, count in cursor.fetchall()}
        return AudiencePlan(
            cells,
            digest,
            over_limit,
            _leadless(cursor, query),
            by_recent,
            count_digested(audience),
        )


HAS_LEAD = (
    "EXISTS (SELECT 1 FROM network_lead_groups lg JOIN network_lead l ON l.id = lg.lead_id "
    "WHERE lg.group_id = r.recipient_ref AND l.stopped_at IS NULL)"
)


def _leadless(cursor: Any, query: RecipientQuery) -> int:
    cursor.execute(
        query.sql  # noqa: S608 -- our own words only; values are bound
        + " SELECT count(*) FROM recipients r WHERE r.channel = %(hand)s AND NOT "
        + HAS_LEAD,
        query.values,
    )
    found: int = cursor.fetchone()[0]
    return found


@dataclass(frozen=True, slots=True)
class ListedGroup:
    """One group of the list that the author and the approver see."""

    id: uuid.UUID
    name: str
    kind: str
    channel: str
    members: int
    place: str
    address: str
    """Where a machine posts it; empty by hand."""
    address_changed_at: datetime.datetime | None
    has_lead: bool
    """Whether somebody is there to post it, where it is posted by hand."""

    @property
    def is_by_hand(self) -> bool:
        """Whether a lead posts it there."""
        return self.channel == BY_HAND

    @property
    def has_new_address(self) -> bool:
        """Whether it was written down or changed so lately that few have seen it work."""
        changed = self.address_changed_at
        return changed is not None and changed > times.now() - ADDRESS_IS_NEW_FOR

    @property
    def kind_label(self) -> str:
        return str(GroupKind(self.kind).label) if self.kind else ""


def groups_in_audience(audience: Audience | SameRecipients) -> list[ListedGroup]:
    """Every group by name. People who subscribe are only ever counted."""
    query = audience.query()
    with connection.cursor() as cursor:
        cursor.execute(
            query.sql  # noqa: S608 -- our own words only; values are bound
            + " SELECT g.id, g.name, g.kind, r.channel, g.member_count, p.name, r.address, "
            + "CASE WHEN r.address = g.channel_address AND r.channel <> %(hand)s "
            + "THEN g.address_changed_at END, "
            + HAS_LEAD
            + " FROM recipients r JOIN network_group g ON g.id = r.recipient_ref "
            "JOIN places_place p ON p.id = g.place_id WHERE r.recipient_kind = 'group' "
            "ORDER BY g.kind, g.name, g.id",
            query.values,
        )
        return [ListedGroup(*row) for row in cursor.fetchall()]
