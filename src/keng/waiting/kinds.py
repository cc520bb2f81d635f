"""The kinds of things that wait for an officer, a row each: whose rows, and what one line says.

What waits is what this officer can decide: the same question that the act asks, put to all rows at
once. A kind that takes more than columns to know (a text of a partner, a request about an officer)
stands in `listed.py`.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now, TruncDate
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from keng.accounts.models import Post
from keng.breaches.models import Breach, BreachWaiver
from keng.claims.models import Revision
from keng.community.models import Meeting, OfficialChannel, Question
from keng.data_requests.models import DataRequest
from keng.delivery.models import ChannelAccount, DispatchLag
from keng.delivery.queries.ending_accounts import all_ends, ending_accounts
from keng.imported.models import ImportBatch
from keng.language.taxonomy import category_label
from keng.lessons.models import Campaign, Edition, FirstHour
from keng.lookup.models import Dispute, Listing
from keng.openings import resharing, second_person
from keng.partners.models import KitRequest
from keng.places.models import Unit
from keng.releases.reach import Reach
from keng.retention.models import RetentionPeriod
from keng.surveys.models import Survey, SurveyResult
from keng.surveys.queries import content_of
from keng.thanks.models import GroupThanks
from keng.tips.models import (
    BreakIn,
    LegalHold,
    Recusal,
    Tip,
    TipConcern,
    Transfer,
    TransferArrival,
    TransferUpload,
)
from keng.tips.models.legal_hold import UNDECIDED_HOLDS_FOR
from keng.tips.templatetags.desk_words import indicator_text
from keng.warnings import alert_queries, queries
from keng.warnings.models import OfficialAlert, Pattern, PatternUse, RecallRequest, Version
from keng.warnings.pattern_queries import unreviewed_uses

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from keng.community.models.questions import QuestionQuerySet

_TODAY = TruncDate(Now())


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """One thing that waits, as the page shows it."""

    title: str
    url: str
    unit: str
    """Whose it is."""
    since: datetime.datetime | None
    due: datetime.datetime | None = None
    """When it has to be decided at the latest, where there is such a moment."""
    due_on: datetime.date | None = None
    """The same, where it is a day."""
    lang: str = ""
    """Of the title, where it is not the reader's."""
    is_urgent: bool = False
    """It is for now, whatever the moment at which it ends by itself."""


@dataclass(frozen=True, slots=True)
class WaitingKind:
    """One kind of thing that waits for somebody."""

    name: str
    page: str
    """The address, by its name, in whose menu entry these are counted."""
    heading: "str | _StrPromise"
    for_whom: tuple[str, ...]
    """The sets of `reach.SETS` one of which an officer has to be in."""
    rows: Callable[[Reach], QuerySet[Any]]
    line: Callable[[Any], WaitingLine]
    shown_with: tuple[str, ...] = ("unit",)
    """What a line needs of other tables."""


# Warnings.


def _warning_line(version: Version) -> WaitingLine:
    return WaitingLine(
        title=version.texts["vi"]["title"],
        url=reverse("warning-approve", args=[version.warning_id]),
        unit=version.warning.unit.name,
        since=version.submitted_at,
        lang="vi",
    )


def _held_line(version: Version) -> WaitingLine:
    return WaitingLine(
        title=version.texts["vi"]["title"],
        url=reverse("warning-held", args=[version.dispatch_id]),
        unit=version.warning.unit.name,
        since=version.dispatch.held_at if version.dispatch else None,
        lang="vi",
    )


def _recall_line(recall: RecallRequest) -> WaitingLine:
    return WaitingLine(
        title=str(recall.shown_words),
        url=reverse("warning-recall", args=[recall.warning_id]),
        unit=recall.warning.unit.name,
        since=recall.submitted_at,
        lang="vi" if recall.words else "",
    )


def _lags(reach: Reach) -> QuerySet[Any]:
    return DispatchLag.objects.waiting().filter(reach.units_of("working", "dispatch__unit"))


def _lag_line(lag: DispatchLag) -> WaitingLine:
    return WaitingLine(
        title=gettext("%(of)s: more than twice as slow as the others")
        % {"of": DispatchLag.Of(lag.of).label},
        url=reverse("dispatch", args=[lag.dispatch_id]),
        unit=lag.dispatch.unit.name,
        since=lag.noticed_at,
    )


def _official_alerts(reach: Reach) -> QuerySet[Any]:
    return alert_queries.alerts_waiting(reach.now)


def _official_alert_line(alert: OfficialAlert) -> WaitingLine:
    return WaitingLine(
        title=alert.headline or alert.event or alert.identifier,
        url=reverse("official-alert", args=[alert.pk]),
        unit=alert.source,
        since=alert.received_at,
        due=alert.expires_at,
        lang="vi",
    )


def _patterns(reach: Reach) -> QuerySet[Any]:
    waiting = Pattern.objects.waiting().filter(expires_on__gte=_TODAY)
    return waiting.filter(reach.units_of("releasing"), reach.without_hand)


def _pattern_line(pattern: Pattern) -> WaitingLine:
    return WaitingLine(
        title=str(pattern),
        url=reverse("pattern", args=[pattern.pk]),
        unit=pattern.unit.name,
        since=pattern.submitted_at,
        lang="vi",
    )


def _pattern_uses(reach: Reach) -> QuerySet[Any]:
    theirs = reach.units_of("releasing", "version__warning__unit")
    return unreviewed_uses().filter(theirs).exclude(sent_by__in=reach.tied)


def _pattern_use_line(use: PatternUse) -> WaitingLine:
    return WaitingLine(
        title=use.version.texts["vi"]["title"],
        url=reverse("patterns") + "#sent",
        unit=use.version.warning.unit.name,
        since=use.sent_at,
        due=use.review_by,
        lang="vi",
    )


# Other texts that a second person lets out.


def _checks(reach: Reach) -> QuerySet[Any]:
    own = Q(claim__unit__in=reach.own["checking_claims"], claim__partner=None)
    return Revision.objects.waiting().filter(own, reach.without_hand)


def _check_line(revision: Revision) -> WaitingLine:
    return WaitingLine(
        title=revision.texts["vi"]["question"],
        url=reverse("claim-publish", args=[revision.claim_id]),
        unit=revision.claim.unit.name,
        since=revision.submitted_at,
        lang="vi",
    )


def _lesson_texts(model: type[Any]) -> Callable[[Reach], QuerySet[Any]]:
    def rows(reach: Reach) -> QuerySet[Any]:
        theirs = reach.units_of("province_working")
        waiting: QuerySet[Any] = model.objects.waiting()
        return waiting.filter(theirs, reach.without_hand)

    return rows


def _lesson_line(page: str) -> Callable[[Any], WaitingLine]:
    def line(text: Any) -> WaitingLine:
        return WaitingLine(
            title=text.title or gettext("The first hour"),
            url=reverse(page, args=[text.pk]),
            unit=text.unit.name,
            since=text.submitted_at,
            lang="vi" if text.title else "",
        )

    return line


def _surveys(reach: Reach) -> QuerySet[Any]:
    waiting = Survey.objects.waiting().filter(partner=None)
    return waiting.filter(reach.units_of("releasing"), reach.without_hand)


def _survey_line(survey: Survey) -> WaitingLine:
    return WaitingLine(
        title=content_of(survey).title,
        url=reverse("survey-approve", args=[survey.pk]),
        unit=survey.unit.name,
        since=survey.submitted_at,
    )


def _results(reach: Reach) -> QuerySet[Any]:
    theirs = reach.units_of("releasing", "survey__unit") & Q(survey__partner=None)
    return SurveyResult.objects.waiting().filter(theirs, reach.without_hand)


def _result_line(result: SurveyResult) -> WaitingLine:
    return WaitingLine(
        title=content_of(result.survey).title,
        url=reverse("survey-release", args=[result.survey_id]),
        unit=result.survey.unit.name,
        since=result.submitted_at,
    )


def _listings(reach: Reach) -> QuerySet[Any]:
    waiting = Listing.objects.waiting().filter(expires_on__gte=_TODAY)
    return waiting.filter(reach.units_of("releasing"), reach.without_hand)


def _listing_line(listing: Listing) -> WaitingLine:
    return WaitingLine(
        title=indicator_text(listing.indicator.value),
        url=reverse("listing", args=[listing.pk]),
        unit=listing.unit.name if listing.unit else "",
        since=listing.submitted_at,
    )


def _objections(reach: Reach) -> QuerySet[Any]:
    took_part = (
        Q(hands__overlap=reach.tied) | Q(listed_by__in=reach.tied) | Q(checked_by__in=reach.tied)
    )
    return Dispute.objects.open().filter(reach.units_of("working")).exclude(took_part)


def objection_line(dispute: Dispute) -> WaitingLine:
    """With the last day of the answer, which is promised."""
    return WaitingLine(
        title=indicator_text(dispute.listing.indicator.value),
        url=reverse("listing-dispute", args=[dispute.pk]),
        unit=dispute.unit.name,
        since=dispute.made_at,
        due_on=dispute.due_on,
    )


def _questions(reach: Reach) -> QuerySet[Any]:
    unanswered = _undecided_questions(reach).filter(submitted_at=None)
    return unanswered.filter(reach.units_of("working"))


def _answers(reach: Reach) -> QuerySet[Any]:
    waiting = _undecided_questions(reach).waiting()
    return waiting.filter(reach.units_of("releasing"), reach.without_hand)


def _undecided_questions(reach: Reach) -> "QuestionQuerySet":
    """Whose decision was objected to decides no more."""
    theirs = Question.objects.undecided().not_kept_from(reach.belongs_to)
    return theirs.exclude(decided_by__in=reach.tied)


def _question_line(question: Question) -> WaitingLine:
    return WaitingLine(
        title=question.text,
        url=reverse("question", args=[question.pk]),
        unit=question.unit.name,
        since=question.submitted_at or question.asked_at,
        due_on=question.answer_by,
        lang="vi",
    )


def _meetings(reach: Reach) -> QuerySet[Any]:
    waiting = Meeting.objects.waiting().filter(starts_at__gte=reach.now)
    return waiting.filter(reach.units_of("releasing"), reach.without_hand)


def _meeting_line(meeting: Meeting) -> WaitingLine:
    return WaitingLine(
        title=meeting.about,
        url=reverse("meeting", args=[meeting.pk]),
        unit=meeting.unit.name,
        since=meeting.submitted_at,
        due=meeting.starts_at,
        lang="vi",
    )


def _thanks(reach: Reach) -> QuerySet[Any]:
    return GroupThanks.objects.waiting().filter(reach.units_of("releasing"), reach.without_hand)


def _thanks_line(thanks: GroupThanks) -> WaitingLine:
    return WaitingLine(
        title=thanks.text.partition("\n")[0],
        url=reverse("thanks", args=[thanks.pk]),
        unit=thanks.unit.name,
        since=thanks.submitted_at,
        lang="vi",
    )


def _channels(reach: Reach) -> QuerySet[Any]:
    new = Q(released_at=None) & reach.without_hand
    doubted = Q(released_at__isnull=False, doubted_at__isnull=False) & ~Q(doubted_by__in=reach.tied)
    standing = OfficialChannel.objects.filter(reach.units_of("releasing"), ended_at=None)
    return standing.filter(new | doubted)


def _channel_line(channel: OfficialChannel) -> WaitingLine:
    return WaitingLine(
        title=channel.shown_as,
        url=reverse("desk-channel", args=[channel.pk]),
        unit=channel.unit.name,
        since=channel.doubted_at or channel.submitted_at,
        lang="vi",
    )


# Tips.


def _open_tips(reach: Reach) -> QuerySet[Any]:
    about_us = TipConcern.objects.filter(unit__in=reach.belongs_to)
    recused = Recusal.objects.in_force(reach.officer)
    own = Tip.objects.open().filter(responsible_unit__in=reach.own["working"])
    return own.exclude(pk__in=about_us.values("tip")).exclude(pk__in=recused.values("tip"))


def _own_late_tips(reach: Reach) -> QuerySet[Any]:
    return _open_tips(reach).filter(assigned_to=reach.officer, due_at__lt=reach.now)


def _left_tips(reach: Reach) -> QuerySet[Any]:
    """Of somebody whose account is closed, or who has no post today where the tip is."""
    in_force = Q(valid_to=None) | Q(valid_to__gte=_TODAY)
    here = Q(unit=OuterRef("responsible_unit")) | Q(unit=OuterRef("responsible_unit__parent"))
    posts = Post.objects.filter(
        in_force,
        here,
        officer=OuterRef("assigned_to"),
        officer__is_active=True,
        valid_from__lte=_TODAY,
    )
    return _open_tips(reach).filter(~Exists(posts), assigned_to__isnull=False)


def _tip_line(tip: Tip) -> WaitingLine:
    if tip.is_for_named:
        about = gettext("For named officers")
    elif tip.category:
        about = category_label(tip.category, get_language() or "vi")
    else:
        about = gettext("Not sorted yet")
    return WaitingLine(
        title=f"{tip.reference} · {about}" if tip.reference else about,
        url=reverse("tip", args=[tip.pk]),
        unit=tip.responsible_unit.name,
        since=None,
        due=tip.due_at,
    )


def _break_ins(reach: Reach) -> QuerySet[Any]:
    unread = BreakIn.objects.unread().filter(reach.units_of("overseeing"))
    return unread.told_to(reach.officer, reach.belongs_to)


def _break_in_line(opened: BreakIn) -> WaitingLine:
    return WaitingLine(
        title=gettext("%(who)s opened %(tip)s")
        % {"who": opened.officer, "tip": opened.tip.reference or gettext("a tip")},
        url=reverse("break-ins"),
        unit=opened.unit.name,
        since=opened.at,
    )


# Openings of what is sealed.


def _tips_read(reach: Reach, as_what: str) -> QuerySet[Tip]:
    """Tips of these desks whose words the officer reads, as `visible_to` says it."""
    theirs = Tip.objects.filter(
        reach.units_of(as_what, "responsible_unit"), second_person.readable_to_one(reach.officer)
    )
    recused = Recusal.objects.in_force(reach.officer)
    return theirs.exclude(concerns__unit__in=reach.belongs_to).exclude(pk__in=recused.values("tip"))


def _openings(reach: Reach) -> QuerySet[Any]:
    return _openings_to_answer(reach).filter(is_emergency=False)


def _emergency_openings(reach: Reach) -> QuerySet[Any]:
    return _openings_to_answer(reach).filter(is_emergency=True)


def _openings_to_answer(reach: Reach) -> QuerySet[Any]:
    """Those to which this officer may be the second person (SECOND_FOR_OPENING)."""
    theirs = _tips_read(reach, "releasing")
    waiting = second_person.standing_requests().filter(
        second_person.with_share_of_theirs(reach.officer), tip_ref__in=theirs.values("pk")
    )
    return waiting.exclude(asked_by_ref__in=reach.tied)


def _agreed_openings(reach: Reach) -> QuerySet[Any]:
    """One's own, of tips that one still reads: a line has the number of its tip."""
    theirs = _tips_read(reach, "working")
    agreed = second_person.agreed_requests().filter(tip_ref__in=theirs.values("pk"))
    return agreed.filter(asked_by_ref=reach.officer)


def _resharings(reach: Reach) -> QuerySet[Any]:
    """Keys of which they hold a share, and that somebody who left holds one of, too."""
    theirs = resharing.open_resharings(reach.officer).filter(reach.units_of("working"))
    return theirs.filter(hold_key=None)


def _resealings(reach: Reach) -> QuerySet[Any]:
    """What is on hold under a key of which they hold a share."""
    theirs = resharing.open_resharings(reach.officer).filter(reach.units_of("working"))
    return theirs.exclude(hold_key=None)


def _resealing_line(asked: Any) -> WaitingLine:
    return WaitingLine(
        title=gettext("%(n)d sealed things on hold") % {"n": asked.records},
        url=reverse("resharing", args=[asked.pk]),
        unit=asked.unit.name,
        since=asked.due_at,
    )


def _resharing_line(asked: Any) -> WaitingLine:
    return WaitingLine(
        title=gettext("%(n)d keys") % {"n": len(asked.plan)},
        url=reverse("resharing", args=[asked.pk]),
        unit=asked.unit.name,
        since=asked.due_at,
    )


def _opening_line(asked: Any) -> WaitingLine:
    reference, unit = second_person.tip_words(asked)
    is_shown = asked.transfer_ref is None
    what = asked.get_what_display() if is_shown else gettext("Who reported goes along")
    return WaitingLine(
        title=" · ".join(filter(None, [reference, str(what)])),
        url=reverse("opening", args=[asked.pk]),
        unit=unit,
        since=asked.approved_at or asked.asked_at,
        due=second_person.stands_until(asked),
    )


def _emergency_opening_line(asked: Any) -> WaitingLine:
    return replace(_opening_line(asked), due=None, is_urgent=True)


def _holds(reach: Reach) -> QuerySet[Any]:
    """Asked for, or their end, by somebody else; of tips that they read."""
    undecided = Q(agreed_at=None, refused_at=None, began_at__gt=Now() - UNDECIDED_HOLDS_FOR)
    first = undecided & ~Q(asked_by__in=reach.tied)
    end = Q(end_asked_at__isnull=False, ended_at=None) & ~Q(end_asked_by__in=reach.tied)
    theirs = _tips_read(reach, "agreeing_to_holds")
    return LegalHold.objects.filter(first | end, tip__in=theirs.values("pk"))


def _transfers(reach: Reach) -> QuerySet[Any]:
    """Asked for by somebody else; of tips that they read."""
    theirs = _tips_read(reach, "agreeing_to_transfers")
    waiting = Transfer.objects.undecided().exclude(asked_by__in=reach.tied)
    return waiting.filter(tip__in=theirs.values("pk"))


def _transfer_line(transfer: Transfer) -> WaitingLine:
    return WaitingLine(
        title=gettext("Transfer %(tip)s to %(where)s")
        % {"tip": transfer.tip.reference or gettext("a tip"), "where": transfer.other.name},
        url=reverse("tip-transfer", args=[transfer.tip_id]),
        unit=transfer.tip.responsible_unit.name,
        since=transfer.asked_at,
    )


def _transfer_arrivals(reach: Reach) -> QuerySet[Any]:
    """New tips, for the desk of the province, whose card others have; ends for who reads theirs."""
    theirs = _tips_read(reach, "working")
    known = Transfer.objects.filter(
        number_of_both=OuterRef("number_of_both"), other=OuterRef("other")
    )
    is_province = Unit.objects.filter(pk__in=reach.own["province_working"], kind=Unit.Kind.PROVINCE)
    new = Q(kind=TransferArrival.Kind.TIP) & Exists(is_province) & ~Exists(known)
    ended = Q(kind=TransferArrival.Kind.END) & Exists(
        known.filter(is_incoming=False, tip__in=theirs.values("pk"))
    )
    return TransferArrival.objects.for_an_officer().filter(new | ended).defer("content")


def _transfer_arrival_line(arrival: TransferArrival) -> WaitingLine:
    is_new = arrival.kind == TransferArrival.Kind.TIP
    words = gettext("A tip from %(where)s") if is_new else gettext("A tip has ended at %(where)s")
    return WaitingLine(
        title=words % {"where": arrival.other.name},
        url=reverse("transfer-take-in"),
        unit="",
        since=arrival.at,
    )


def _transfer_uploads(reach: Reach) -> QuerySet[Any]:
    theirs = _tips_read(reach, "working")
    uploads = TransferUpload.objects.needing_hands()
    return uploads.filter(file__transfer__tip__in=theirs.values("pk"))


def _transfer_upload_line(upload: TransferUpload) -> WaitingLine:
    transfer = upload.file.transfer
    return WaitingLine(
        title=gettext("File for %(where)s did not get there: carry it")
        % {"where": transfer.other.name},
        url=reverse("tip-transfer", args=[transfer.tip_id]),
        unit=transfer.tip.responsible_unit.name,
        since=upload.failing_since or upload.settled_at,
    )


def _hold_line(hold: LegalHold) -> WaitingLine:
    words = gettext("Keep %(tip)s: legal hold")
    if hold.is_end_undecided:
        words = gettext("End the legal hold of %(tip)s")
    return WaitingLine(
        title=words % {"tip": hold.tip.reference or gettext("a tip")},
        url=reverse("tip-hold", args=[hold.tip_id]),
        unit=hold.tip.responsible_unit.name,
        since=hold.end_asked_at or hold.began_at,
        due=None if hold.is_end_undecided else hold.began_at + UNDECIDED_HOLDS_FOR,
    )


def _data_requests(reach: Reach) -> QuerySet[Any]:
    """Those that data protection has to confirm or decide."""
    theirs = DataRequest.objects.undecided().filter(reach.units_of("answering_data_requests"))
    return theirs.not_kept_from(reach.belongs_to, reach.officer)


def _erasures(reach: Reach) -> QuerySet[Any]:
    """Reports that are deleted as their reporters asked, once this officer agrees."""
    decided = DataRequest.objects.erasures_undecided().filter(reach.units_of("agreeing_to_erasure"))
    theirs = decided.exclude(decided_by__in=reach.tied)
    return theirs.not_kept_from(reach.belongs_to, reach.officer)


def _data_request_line(asked: DataRequest) -> WaitingLine:
    return WaitingLine(
        title=f"{asked.number} · {asked.get_kind_display()}",
        url=reverse("data-request", args=[asked.pk]),
        unit=asked.unit.name,
        since=asked.asked_at,
        due=asked.due_at,
    )


def _desk_questions(reach: Reach) -> QuerySet[Any]:
    """What data protection asks whoever reads the report; a matter for others is not theirs."""
    theirs = Tip.objects.filter(
        reach.units_of("working", "responsible_unit"), second_person.readable_to_one(reach.officer)
    )
    asked = DataRequest.objects.undecided().filter(desk_said_at=None, desk_tip__in=theirs)
    return asked.not_kept_from(reach.belongs_to, reach.officer)


def _desk_question_line(asked: DataRequest) -> WaitingLine:
    return WaitingLine(
        title=f"{asked.number} · {asked.get_kind_display()}",
        url=reverse("data-request-at-desk", args=[asked.pk]),
        unit=asked.desk_tip.responsible_unit.name if asked.desk_tip else "",
        since=asked.desk_asked_at,
        due=asked.decide_by,
    )


def _periods(reach: Reach) -> QuerySet[Any]:
    proposed = RetentionPeriod.objects.waiting().filter(reach.units_of("agreeing_to_periods"))
    return proposed.exclude(proposed_by__in=reach.tied)


def _period_line(period: RetentionPeriod) -> WaitingLine:
    return WaitingLine(
        title=gettext("%(n)d months: %(how)s")
        % {"n": period.months, "how": period.closed_as_words},
        url=reverse("retention"),
        unit=period.unit.name,
        since=period.proposed_at,
    )


def _imports(reach: Reach) -> QuerySet[Any]:
    waiting = ImportBatch.objects.waiting().filter(reach.units_of("agreeing_to_imports"))
    return waiting.exclude(proposed_by__in=reach.tied)


def _import_line(batch: ImportBatch) -> WaitingLine:
    return WaitingLine(
        title=gettext("%(kind)s: %(n)d rows") % {"kind": batch.get_kind_display(), "n": batch.rows},
        url=reverse("import-batch", args=[batch.pk]),
        unit=batch.unit.name,
        since=batch.proposed_at,
        due=batch.expires_at,
    )


# Incidents of data.


def _breaches(reach: Reach) -> QuerySet[Any]:
    return Breach.objects.with_clock().filter(reach.units_of("recording_breaches"))


def _breach_line(breach: Breach) -> WaitingLine:
    return WaitingLine(
        title=str(Breach.Kind(breach.kind).label),
        url=reverse("breach", args=[breach.pk]),
        unit=breach.unit.name,
        since=breach.detected_at,
        due=breach.notify_by,
    )


def _waivers(reach: Reach) -> QuerySet[Any]:
    theirs = reach.units_of("agreeing_to_waivers", "breach__unit")
    return BreachWaiver.objects.waiting().filter(theirs).exclude(asked_by__in=reach.tied)


def _waiver_line(waiver: BreachWaiver) -> WaitingLine:
    return WaitingLine(
        title=str(Breach.Kind(waiver.breach.kind).label),
        url=reverse("breach", args=[waiver.breach_id]),
        unit=waiver.breach.unit.name,
        since=waiver.asked_at,
        due=waiver.breach.notify_by,
    )


# Accounts at providers.


def _ending_accounts(reach: Reach) -> QuerySet[Any]:
    return ending_accounts().filter(reach.units_of("seeing_accounts"))


def _ending_account_line(account: ChannelAccount) -> WaitingLine:
    return WaitingLine(
        title=account.name,
        url=reverse("channel-accounts") + f"#{account.slug}",
        unit=account.unit.name,
        since=None,
        due=all_ends(account)[0].at,
        lang="vi",
    )


# Requests of partners.


def _kits(reach: Reach) -> QuerySet[Any]:
    return KitRequest.objects.filter(reach.units_of("inviting"), decided_at=None)


def _kit_line(asked: KitRequest) -> WaitingLine:
    return WaitingLine(
        title=asked.name,
        url=reverse("kit-accept", args=[asked.pk]),
        unit=asked.unit.name,
        since=asked.asked_at,
        lang="vi",
    )


_RELEASING = ("releasing",)
_WORKING = ("working",)
_OF_A_WARNING = ("warning__unit",)

# What may hurt somebody soonest stands first.
KINDS: tuple[WaitingKind, ...] = (
    WaitingKind(
        "emergency_openings",
        "inbox",
        _("Emergency: a phone number waits for your yes or no"),
        _RELEASING,
        _emergency_openings,
        _emergency_opening_line,
        (),
    ),
    WaitingKind(
        "held",
        "warnings",
        _("Warnings that are held"),
        _RELEASING,
        queries.held_to_decide,
        _held_line,
        ("warning__unit", "dispatch"),
    ),
    WaitingKind(
        "recalls",
        "warnings",
        _("Warnings to be taken back"),
        _RELEASING,
        queries.recalls_to_decide,
        _recall_line,
        _OF_A_WARNING,
    ),
    WaitingKind(
        "warnings",
        "warnings",
        _("Warnings to approve"),
        _RELEASING,
        queries.versions_to_decide,
        _warning_line,
        _OF_A_WARNING,
    ),
    WaitingKind(
        "lags",
        "warnings",
        _("Warnings of which a part is behind"),
        _WORKING,
        _lags,
        _lag_line,
        ("dispatch__unit",),
    ),
    WaitingKind(
        "official_alerts",
        "warnings",
        _("Alerts of official sources, to write a warning from or put aside"),
        ("province_working",),
        _official_alerts,
        _official_alert_line,
        (),
    ),
    WaitingKind(
        "pattern_uses",
        "warnings",
        _("Sent alone with a pattern, to look at"),
        _RELEASING,
        _pattern_uses,
        _pattern_use_line,
        ("version__warning__unit",),
    ),
    WaitingKind(
        "ending_accounts",
        "channel-accounts",
        _("Channel accounts that end soon"),
        ("seeing_accounts",),
        _ending_accounts,
        _ending_account_line,
    ),
    WaitingKind(
        "break_ins",
        "break-ins",
        _("Opened in an emergency, to be read by you"),
        ("overseeing",),
        _break_ins,
        _break_in_line,
        ("unit", "officer", "tip"),
    ),
    WaitingKind(
        "breaches",
        "breaches",
        _("Data incidents of which the authority is to be notified"),
        ("recording_breaches",),
        _breaches,
        _breach_line,
    ),
    WaitingKind(
        "waivers",
        "breaches",
        _("Data incidents of which the authority need not be notified, to agree to"),
        ("agreeing_to_waivers",),
        _waivers,
        _waiver_line,
        ("breach__unit",),
    ),
    WaitingKind(
        "openings",
        "inbox",
        _("Openings that wait for your yes or no"),
        _RELEASING,
        _openings,
        _opening_line,
        (),
    ),
    WaitingKind(
        "agreed_openings",
        "inbox",
        _("Openings to which a colleague agreed"),
        _WORKING,
        _agreed_openings,
        _opening_line,
        (),
    ),
    WaitingKind(
        "resharings",
        "inbox",
        _("Keys to split anew, since a holder left"),
        _WORKING,
        _resharings,
        _resharing_line,
    ),
    WaitingKind(
        "resealings",
        "inbox",
        _("What is on hold, to reseal so that an old key can be destroyed"),
        _WORKING,
        _resealings,
        _resealing_line,
    ),
    WaitingKind(
        "transfers",
        "inbox",
        _("Transfers to another province, to decide"),
        ("agreeing_to_transfers",),
        _transfers,
        _transfer_line,
        ("tip__responsible_unit", "other"),
    ),
    WaitingKind(
        "transfer_arrivals",
        "inbox",
        _("From another province, to take in"),
        _WORKING,
        _transfer_arrivals,
        _transfer_arrival_line,
        ("other",),
    ),
    WaitingKind(
        "transfer_uploads",
        "inbox",
        _("For another province, to be carried"),
        _WORKING,
        _transfer_uploads,
        _transfer_upload_line,
        ("file__transfer__tip__responsible_unit", "file__transfer__other"),
    ),
    WaitingKind(
        "legal_holds",
        "inbox",
        _("Legal holds to decide"),
        ("agreeing_to_holds",),
        _holds,
        _hold_line,
        ("tip__responsible_unit",),
    ),
    WaitingKind(
        "data_requests",
        "data-requests",
        _("Data requests to answer"),
        ("answering_data_requests",),
        _data_requests,
        _data_request_line,
    ),
    WaitingKind(
        "erasures",
        "data-requests",
        _("Deletions to agree to"),
        ("agreeing_to_erasure",),
        _erasures,
        _data_request_line,
    ),
    WaitingKind(
        "desk_questions",
        "waiting",
        _("Data protection asks about a report"),
        ("working",),
        _desk_questions,
        _desk_question_line,
        ("desk_tip__responsible_unit",),
    ),
    WaitingKind(
        "periods",
        "retention",
        _("Retention periods to agree to"),
        ("agreeing_to_periods",),
        _periods,
        _period_line,
    ),
    WaitingKind(
        "imports",
        "imports",
        _("Earlier records to agree to"),
        ("agreeing_to_imports",),
        _imports,
        _import_line,
    ),
    WaitingKind(
        "own_late_tips",
        "inbox",
        _("Your tips whose time is over"),
        _WORKING,
        _own_late_tips,
        _tip_line,
        ("responsible_unit",),
    ),
    WaitingKind(
        "left_tips",
        "inbox",
        _("Tips of colleagues who have left the desk"),
        _WORKING,
        _left_tips,
        _tip_line,
        ("responsible_unit",),
    ),
    WaitingKind(
        "objections",
        "listings",
        _("Objections to the look-up"),
        _WORKING,
        _objections,
        objection_line,
        ("unit", "listing__indicator"),
    ),
    WaitingKind(
        "listings",
        "listings",
        _("Entries of the look-up to check"),
        _RELEASING,
        _listings,
        _listing_line,
        ("unit", "indicator"),
    ),
    WaitingKind(
        "questions", "questions", _("Questions of residents"), _WORKING, _questions, _question_line
    ),
    WaitingKind(
        "answers",
        "questions",
        _("Answers to read before everybody does"),
        _RELEASING,
        _answers,
        _question_line,
    ),
    WaitingKind(
        "checks",
        "desk-claims",
        _("Checks to publish"),
        ("checking_claims",),
        _checks,
        _check_line,
        ("claim__unit",),
    ),
    WaitingKind(
        "surveys", "desk-surveys", _("Surveys to approve"), _RELEASING, _surveys, _survey_line
    ),
    WaitingKind(
        "results",
        "desk-surveys",
        _("Results of surveys to publish"),
        _RELEASING,
        _results,
        _result_line,
        ("survey__unit",),
    ),
    WaitingKind(
        "meetings", "meetings", _("Meetings to announce"), _RELEASING, _meetings, _meeting_line
    ),
    WaitingKind(
        "thanks", "thanks-list", _("Thanks to groups to send"), _RELEASING, _thanks, _thanks_line
    ),
    WaitingKind(
        "channels",
        "desk-channels",
        _("Official channels to confirm"),
        _RELEASING,
        _channels,
        _channel_line,
    ),
    WaitingKind(
        "lessons",
        "desk-lessons",
        _("Lessons to publish"),
        ("province_working",),
        _lesson_texts(Edition),
        _lesson_line("desk-lesson"),
    ),
    WaitingKind(
        "campaigns",
        "desk-lessons",
        _("Campaigns to publish"),
        ("province_working",),
        _lesson_texts(Campaign),
        _lesson_line("pledge"),
    ),
    WaitingKind(
        "first_hours",
        "desk-lessons",
        _("Texts of the first hour to publish"),
        ("province_working",),
        _lesson_texts(FirstHour),
        _lesson_line("first-hour-text"),
    ),
    WaitingKind(
        "patterns", "warnings", _("Patterns to approve"), _RELEASING, _patterns, _pattern_line
    ),
    WaitingKind(
        "kits",
        "desk-partners",
        _("People who want to be partners"),
        ("inviting",),
        _kits,
        _kit_line,
    ),
)
