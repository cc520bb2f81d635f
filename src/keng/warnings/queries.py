"""Reads of warnings: what the public sees, what waits at the desk, what an approver has read."""

import datetime
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KT

from keng.delivery.audience import AudiencePlan, SameRecipients, groups_in_audience
from keng.delivery.models import Delivery, Dispatch
from keng.kit import times
from keng.kit.codes import wordless_code
from keng.kit.list_filter import rows_with_words
from keng.kit.sql_names import alphabetically
from keng.language import taxonomy
from keng.network.models import Group
from keng.network.queries.places import place_ids_below
from keng.places.models import Place
from keng.releases.hands import name_hands
from keng.releases.reach import Reach, reach_of
from keng.warnings.content import CHANGE_NOTE, audience_of
from keng.warnings.models import CapMessage, Reading, RecallRequest, VerifyCode, Version, Warning
from keng.warnings.verify_codes import VERIFY_LENGTH
from keng.warnings.version_diff import PartChange, changed_notes, changed_parts

if TYPE_CHECKING:
    from keng.accounts.models import Officer

PUBLIC_DAYS = datetime.timedelta(days=90)


def public_versions() -> QuerySet[Version]:
    """What the public reads: of each warning its newest published version, newest first."""
    return (
        Version.objects.newest_published()
        .select_related("warning__unit", "verify_code")
        .order_by("-released_at", "-id")
    )


def holding_versions() -> QuerySet[Version]:
    """Of what the public reads that which holds today: neither taken back nor past its day."""
    return _holding(public_versions())


def current_warnings(limit: int = 20, *, offset: int = 0) -> list[Version]:
    """Warnings that hold today, newest first."""
    return list(holding_versions()[offset : offset + limit])


def recent_warnings(place: Place | None = None, limit: int = 500) -> list[Version]:
    """Those of the last 90 days, held or not, with what was taken back; near a place, if given."""
    since = times.now() - PUBLIC_DAYS
    found = list(public_versions().filter(warning__published_at__gt=since)[:limit])
    return _concerning(found, place) if place else found


def recent_cap_messages(place: Place | None = None, topic: str = "") -> list[CapMessage]:
    """CAP files of the last 90 days, newest first; near a place and about a topic, if given."""
    since = times.now() - PUBLIC_DAYS
    found = CapMessage.objects.filter(sent_at__gt=since).select_related("version__warning__unit")
    if topic:
        found = found.filter(version__category__in=taxonomy.categories_of_topic(topic))
    messages = list(found.order_by("-sent_at", "-identifier")[:500])
    if place is None:
        return messages
    near = {version.pk for version in _concerning([one.version for one in messages], place)}
    return [message for message in messages if message.version_id in near]


def cap_message_of(version: Version) -> CapMessage | None:
    """What programs should read of it: its Alert or Update, or what took the warning back."""
    cancel = Q(version__warning=version.warning_id, kind=CapMessage.Kind.CANCEL)
    found = CapMessage.objects.filter(Q(version=version) | cancel)
    return found.order_by("-sent_at").first()


def cap_messages_of(versions: Iterable[Version]) -> dict[uuid.UUID, CapMessage]:
    """The same of several, by version; those that have none yet are not in it."""
    own = CapMessage.objects.filter(version__in=versions).exclude(kind=CapMessage.Kind.CANCEL)
    return {message.version_id: message for message in own}


def _holding(versions: QuerySet[Version]) -> QuerySet[Version]:
    today = times.local_date(times.now())
    return versions.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=today),
        warning__state=Warning.State.PUBLISHED,
    )


def current_warnings_for(topic: str, place: Place | None = None, limit: int = 3) -> list[Version]:
    """Warnings that hold today about a resident's topic, in or around a place; newest first.

    `topic` is one of the eight tiles, "" for all. A warning of the whole province concerns each of
    its communes, and one of a hamlet concerns its commune.
    """
    found = holding_versions()
    if topic:
        found = found.filter(category__in=taxonomy.categories_of_topic(topic))
    if place is None:
        return list(found[:limit])
    return _concerning(list(found[:200]), place)[:limit]


def once_by_words(versions: Iterable[Version]) -> list[Version]:
    """The first of those in the same words: a province and its communes warn of the same thing."""
    first: dict[tuple[str, ...], Version] = {}
    for version in versions:
        words = version.texts["vi"]
        first.setdefault(tuple(words[part] for part in ("title", "what", "signs", "act")), version)
    return list(first.values())


def _concerning(versions: list[Version], place: Place) -> list[Version]:
    """Those whose audience is this place, one around it or one inside it."""
    around = {str(key) for key in [*_ids_above(place), *place_ids_below([place.pk])]}
    return [v for v in versions if around & set(v.audience.get("places", ()))]


def _ids_above(place: Place) -> list[uuid.UUID]:
    found: list[uuid.UUID] = []
    step: Place | None = place
    while step is not None:
        found.append(step.pk)
        step = step.parent
    return found


def version_by_code(code: str) -> Version | None:
    """The exact version a verify code was printed under, for ever."""
    found = (
        VerifyCode.objects.select_related("version__warning__unit")
        .filter(code=code, version__released_at__isnull=False)
        .first()
    )
    return found.version if found else None


def published_versions_of(warning: Warning) -> list[Version]:
    """Its published versions, newest first."""
    found = warning.versions.ever_released().select_related("verify_code")
    return list(found.order_by("-number"))


def groups_reached(dispatch_id: uuid.UUID | None) -> int:
    """How many groups a dispatch was for."""
    if dispatch_id is None:
        return 0
    return Delivery.objects.filter(
        dispatch_id=dispatch_id, recipient_kind=Delivery.RecipientKind.GROUP, part=1
    ).count()


def place_names(versions: list[Version]) -> dict[str, str]:
    """The names of all places these versions are for, by id as kept in their audience."""
    wanted = {key for version in versions for key in version.audience.get("places", ())}
    return {str(p.pk): p.full_name for p in Place.objects.filter(pk__in=wanted)}


@dataclass(frozen=True, slots=True)
class WarningDeskLists:
    """The desk's warnings page."""

    to_release: QuerySet[Version]
    working: QuerySet[Version]
    """What is being written or waits for somebody else, newest first."""
    recalls: QuerySet[RecallRequest]
    """Recalls that wait for this officer, the oldest first; `title_recalls` names them."""
    held: list[Version]
    """What is held until this officer, or another second person, lets it go or stops it."""


def warning_desk_lists(officer: "Officer") -> WarningDeskLists:
    """What waits for this officer's approval, and what is being written."""
    reach = reach_of(officer)
    to_decide = versions_to_decide(reach)
    in_hand = Version.objects.visible_to(officer).in_hand()
    in_hand = in_hand.select_related("warning__unit", "made_by").order_by("-id")
    to_release = in_hand.filter(pk__in=to_decide.values("pk"))
    working = in_hand.exclude(pk__in=to_decide.values("pk"))
    recalls = recalls_to_decide(reach).select_related("warning__unit").order_by("id")
    held = list(held_to_decide(reach).select_related("warning__unit", "dispatch__approval"))
    return WarningDeskLists(to_release, working, recalls, held)


def title_recalls(recalls: list[RecallRequest]) -> None:
    """Give each its people, and the title the public reads."""
    name_hands(recalls)
    public = Version.objects.newest_published().filter(warning__in=[r.warning_id for r in recalls])
    titles = {version.warning_id: version.texts["vi"]["title"] for version in public}
    for recall in recalls:
        recall.title = titles[recall.warning_id]  # type: ignore[attr-defined]


# What became of a published warning, as its list is asked for it.
PUBLISHED_STATES = ("current", "expired", "corrected", "recalled")


def published_warnings(
    officer: "Officer",
    *,
    words: str = "",
    state: str = "",
    category: str = "",
    unit: uuid.UUID | None = None,
) -> QuerySet[Version]:
    """What is out, or was, of the officer's units: the version the public reads, newest first.

    `words` are looked for in the title, or are the code; `state` is one of PUBLISHED_STATES.
    """
    found: QuerySet[Version]
    found = Version.objects.visible_to(officer).newest_published().order_by("-released_at", "-id")
    today = times.local_date(times.now())
    over = Q(valid_until__lt=today)
    recalled = Q(warning__state=Warning.State.RECALLED)
    match state:
        case "current":
            found = _holding(found)
        case "expired":
            found = found.filter(over).exclude(recalled)
        case "corrected":
            earlier = Version.objects.ever_released().filter(
                warning=OuterRef("warning"), number__lt=OuterRef("number")
            )
            found = found.filter(Exists(earlier))
        case "recalled":
            found = found.filter(recalled)
    if category:
        found = found.filter(category=category)
    if unit:
        found = found.filter(warning__unit=unit)
    code = Q(verify_code__code=wordless_code(words, VERIFY_LENGTH))
    return rows_with_words(found, words, KT("texts__vi__title"), or_else=code)


def with_deliveries(versions: QuerySet[Version]) -> list[Version]:
    """One page of them, each with `recipients`, and how many of them still wait."""
    found = list(versions.select_related("warning__unit", "verify_code", "dispatch__approval"))
    counted = (
        Delivery.objects.filter(dispatch__in=[version.dispatch_id for version in found])
        .order_by()
        .values_list("dispatch")
        .annotate(
            recipients=Count("pk", filter=Q(part=1)),
            waiting=Count("pk", filter=Q(state__in=[Delivery.State.QUEUED, Delivery.State.LEASED])),
        )
    )
    by_dispatch = {dispatch: (recipients, waiting) for dispatch, recipients, waiting in counted}
    for version in found:
        counts = by_dispatch.get(version.dispatch_id, (0, 0))
        version.recipients, version.waiting = counts  # type: ignore[attr-defined]
    return found


@dataclass(frozen=True, slots=True)
class SinceLastLook:
    """What changed since this approver last looked: words, and who is on the list."""

    version: Version
    at: datetime.datetime
    texts: list[PartChange]
    joined: list[str]
    left: list[str]
    people_before: int

    @property
    def count(self) -> int:
        return len(self.texts) + bool(self.joined or self.left)


def since_last_look(
    version: Version, now: AudiencePlan, *, officer: "Officer"
) -> SinceLastLook | None:
    """The difference to what the officer read before; None at the first look or without any."""
    reading = (
        Reading.objects.filter(version__warning_id=version.warning_id, officer=officer)
        .select_related("version")
        .order_by("-at")
        .first()
    )
    if reading is None:
        return None
    texts = []
    if reading.version_id != version.pk:
        texts = changed_parts(reading.version, version)
        if version.number > 1 and not reading.version.is_released:
            texts += changed_notes(reading.version, version)
    joined: list[str] = []
    left: list[str] = []
    if bytes(reading.audience_hash) != now.hash:
        before, after = (
            set(reading.groups),
            {g.id: g.name for g in groups_in_audience(audience_of(version))},
        )
        joined = [name for key, name in after.items() if key not in before]
        gone = Group.objects.filter(pk__in=before - set(after)).order_by(alphabetically())
        left = [group.name for group in gone]
    if not texts and bytes(reading.audience_hash) == now.hash:
        return None
    return SinceLastLook(reading.version, reading.at, texts, joined, left, reading.people)


@dataclass(frozen=True, slots=True)
class CorrectionChanges:
    """What a correction changes of the version the public read before it, and why."""

    corrects: Version
    note: str
    parts: list[PartChange]


def changes_of_correction(version: Version, *, language: str = "") -> CorrectionChanges | None:
    """None where nothing was public before it. In one language, or all of them one by one.

    Of a draft: what it would change of what the public reads now.
    """
    published = version.warning.versions.ever_released().filter(number__lt=version.number)
    before = published.select_related("verify_code").order_by("-number").first()
    if before is None:
        return None
    spoken = language if language in version.texts else "vi"
    note = version.texts[spoken].get(CHANGE_NOTE, "")
    only = spoken if language else ""
    return CorrectionChanges(before, note, changed_parts(before, version, only=only))


def waiting_recall(warning: Warning) -> RecallRequest | None:
    """The recall of this warning that a second person still has to decide."""
    waiting = RecallRequest.objects.filter(warning=warning).waiting().first()
    if waiting is not None:
        waiting.warning = warning
    return waiting


def newest_recall_request(warning: Warning) -> RecallRequest | None:
    """The newest wish to take it back, however it ended."""
    found = warning.recall_requests.select_related("released_by", "ended_by")
    newest = found.order_by("-id").first()
    name_hands([newest] if newest else [])
    return newest


def versions_to_decide(reach: Reach) -> QuerySet[Version]:
    """The versions that wait for somebody: without a hand, of units they release for."""
    theirs = reach.units_of("releasing", "warning__unit")
    return Version.objects.waiting().filter(theirs, reach.without_hand)


def recalls_to_decide(reach: Reach) -> QuerySet[RecallRequest]:
    """The recalls that wait for somebody: not their own, of units they may release for."""
    theirs = reach.units_of("releasing", "warning__unit")
    return RecallRequest.objects.waiting().filter(theirs, reach.without_hand)


def held_to_decide(reach: Reach) -> QuerySet[Version]:
    """Held versions that somebody may let go: without a hand, of units they release for."""
    theirs = reach.units_of("releasing", "warning__unit")
    held = Dispatch.objects.held().values("pk")
    return Version.objects.filter(theirs, reach.without_hand, dispatch__in=held)


def recall_audience(warning: Warning, *, deletes_posts: bool = False) -> SameRecipients:
    """Whoever got any version of a warning, or may have; and what becomes of posts of pages."""
    sent = warning.versions.filter(dispatch__isnull=False).order_by("number")
    return SameRecipients(
        tuple(sent.values_list("dispatch", flat=True)), deletes_posts=deletes_posts
    )


def returned_reason_of(latest: Version) -> str:
    """Why it was given back last, also on what was saved since; "" once it was handed in again."""
    versions = latest.warning.versions.filter(number__lte=latest.number).order_by("-number")
    for version in versions.only("submitted_at", "released_at", "returned_reason"):
        if version.submitted_at or version.released_at:
            return ""
        if version.returned_reason:
            return version.returned_reason
    return ""
