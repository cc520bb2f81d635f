"""Handing thanks in, sending them by a second person, and dropping them.

The second person answers whether anybody could guess who reported: only a no sends. Whether the
reports still count is asked again in that moment, under their locks.
"""

import uuid
from collections.abc import Collection

from django.db import IntegrityError
from django.utils import translation
from django.utils.translation import gettext as _

from keng.accounts.models import Officer
from keng.accounts.who import WORKING
from keng.acts.act import act
from keng.acts.errors import ChangedMeanwhile, NotAllowed, Refused
from keng.acts.locks import lock, lock_one
from keng.acts.work import permit_anywhere, savepoint
from keng.audit.actions import record, unit_chain
from keng.delivery.actions.dispatch import TextToSend, send_dispatch
from keng.delivery.audience import Audience, define_audience
from keng.delivery.models import Approval, Dispatch
from keng.delivery.models.outbound import THANKS_SOURCE
from keng.kit import times
from keng.kit.sql_names import alphabetically
from keng.network.models import Group
from keng.network.queries.places import place_ids_below
from keng.places.models import Place, Unit
from keng.releases import steps
from keng.releases.errors import HandInIt, NothingWaits
from keng.thanks import acts
from keng.thanks.countable import (
    CountedReports,
    count_reports,
    ended_tips,
    inside,
    is_ripe,
    of_different_people,
    thanked_categories,
)
from keng.thanks.errors import (
    CategoryNotThanked,
    GroupsGotEnough,
    NoGroupToThank,
    PlaceTooSmall,
    RefusedBefore,
    ReportsChanged,
)
from keng.thanks.models import CountedTip, GroupThanks
from keng.thanks.wording import first_month, text_of_thanks
from keng.tips.models import Tip


def desk_that_thanks(officer: Officer) -> Unit | None:
    """The desk in whose name the officer thanks."""
    return next(iter(WORKING.own_units(officer)), None)


def groups_to_thank(unit: Unit, place: Place) -> list[Group]:
    """Groups in use of the desk and of those below it, in this place."""
    own = Group.objects.filter(unit=unit) | Group.objects.filter(unit__parent=unit)
    in_use = own.filter(is_active=True, place__in=place_ids_below([place.pk]))
    return list(in_use.select_related("place").order_by(alphabetically(), "pk"))


def reports_to_thank_for(
    unit: Unit, place: Place, category: str, *, officer: Officer
) -> CountedReports:
    """The reports of which groups there may hear.

    Raises PlaceTooSmall, CategoryNotThanked, TooFewReports, OfTooFewDays, AllOfOneHamlet,
    RefusedBefore.
    """
    if place.kind == Place.Kind.HAMLET:
        raise PlaceTooSmall
    if category not in thanked_categories():
        raise CategoryNotThanked
    counted = count_reports(unit, place, category, officer=officer)
    counted.require_enough()
    _require_not_refused(place, category, counted)
    return counted


def _require_not_refused(place: Place, category: str, counted: CountedReports) -> None:
    """Whoever wants another answer does not ask the next person the same, at no other desk either.

    Raises RefusedBefore.
    """
    refused = GroupThanks.objects.filter(
        place=place, category=category, refused_refs__contains=[tip.pk for tip in counted.tips]
    )
    if newest := refused.order_by("-id").first():
        raise RefusedBefore(newest.returned_reason)


@act(acts.PROPOSE_THANKS)
def propose_thanks(
    place: Place, category: str, *, group_ids: Collection[uuid.UUID], by: Officer
) -> GroupThanks:
    """Thanks with the text of this moment; they wait for a second person.

    Raises NotAllowed, NoGroupToThank, what reports_to_thank_for() does, and ChangedMeanwhile
    where another word of thanks counts one of the reports meanwhile.
    """
    unit = desk_that_thanks(by)
    if unit is None:
        raise NotAllowed
    permit_anywhere()
    counted = reports_to_thank_for(unit, place, category, officer=by)
    groups = [one for one in groups_to_thank(unit, place) if one.pk in set(group_ids)]
    if not groups:
        raise NoGroupToThank
    thanks = GroupThanks(
        unit=unit,
        place=place,
        category=category,
        group_ids=[one.pk for one in groups],
        since=first_month(counted.tips),
        report_count=len(counted.tips),
        text=text_of_thanks(counted.tips, category=category, place=place, unit=unit),
        made_by=by,
    )
    thanks.hand_in(by)
    thanks.save()
    try:
        with savepoint():
            CountedTip.objects.bulk_create(
                CountedTip(tip_ref=tip.pk, thanks=thanks, is_copy=is_copy)
                for is_copy, tips in ((False, counted.tips), (True, counted.copies))
                for tip in tips
            )
    except IntegrityError as error:
        raise ChangedMeanwhile from error
    record(
        "thanks.proposed",
        by=by,
        on=thanks,
        chain=unit_chain(unit.pk),
        detail=_detail(thanks),
    )
    return thanks


@act(acts.SEND_THANKS)
def send_thanks(pk: uuid.UUID, *, seen: bytes, by: Officer) -> GroupThanks:
    """Nobody could guess who reported: the thanks go out, exactly as this second person read them.

    Raises NotAllowed, NothingWaits, HandInIt, TextChanged, ReportsChanged, GroupsGotEnough.
    """
    thanks = _locked_thanks(pk, by)
    steps.require_second_person(thanks, seen=seen, by=by)
    _require_still_counted(thanks, by)
    audience = _audience_of(thanks)
    if not audience.groups:
        raise GroupsGotEnough
    steps.let_out(thanks, seen=seen, by=by)
    approval = Approval.objects.create(
        text_hash=seen, audience_hash=audience.hash, approved_by=by, author=thanks.made_by
    )
    with translation.override("vi"):
        subject = _("Thank you for reporting")
    thanks.dispatch = send_dispatch(
        # The same way, rules and weekly limit as a warning that is not urgent.
        kind=Dispatch.Kind.WARNING,
        unit=thanks.unit,
        approval=approval,
        texts=[TextToSend("vi", thanks.text, subject=subject)],
        audience=audience,
        source_kind=THANKS_SOURCE,
        source_ref=thanks.pk,
        is_urgent=False,
        by=by,
    )
    thanks.save(update_fields=["dispatch"])
    record(
        "thanks.sent",
        by=by,
        on=thanks,
        chain=unit_chain(thanks.unit_id),
        detail=_detail(thanks),
    )
    return thanks


@act(acts.DROP_THANKS)
def drop_thanks(pk: uuid.UUID, *, by: Officer) -> GroupThanks:
    """Nothing of it is sent, whoever of the desk says so. Raises NotAllowed, NothingWaits."""
    thanks = _locked_thanks(pk, by)
    if not thanks.is_waiting:
        raise NothingWaits
    _let_go(thanks)
    record("thanks.dropped", by=by, on=thanks, chain=unit_chain(thanks.unit_id))
    return thanks


@act(acts.REFUSE_THANKS)
def refuse_thanks(pk: uuid.UUID, *, reason: str, by: Officer) -> GroupThanks:
    """Somebody could guess who reported: nothing is sent, and the same is not asked again.

    Raises NotAllowed, NothingWaits, HandInIt.
    """
    thanks = _locked_thanks(pk, by)
    if not thanks.is_waiting:
        raise NothingWaits
    if thanks.has_hand_of(by):
        raise HandInIt
    thanks.returned_reason = reason.strip()
    thanks.refused_refs = list(thanks.counted.values_list("tip_ref", flat=True))
    thanks.save(update_fields=["returned_reason", "refused_refs"])
    _let_go(thanks)
    record(
        "thanks.refused",
        by=by,
        on=thanks,
        chain=unit_chain(thanks.unit_id),
        detail={"reason": thanks.returned_reason},
    )
    return thanks


def _let_go(thanks: GroupThanks) -> None:
    """Its reports may count in other thanks, since nobody has read of them."""
    # Before the end: the database lets go of no report of what was sent or has ended.
    thanks.counted.all().delete()
    steps.end(thanks)


def _require_still_counted(thanks: GroupThanks, by: Officer) -> None:
    """Whether the text is still true and its reports may still be counted. Raises ReportsChanged.

    One that was moved elsewhere, or has another outcome now, changes the text too.
    """
    refs = list(thanks.counted.filter(is_copy=False).values_list("tip_ref", flat=True))
    list(lock(Tip.objects.visible_to(by).filter(pk__in=refs)).values("pk"))
    rows = ended_tips(thanks.unit, officer=by).filter(
        is_ripe(times.now()), inside(thanks.place), pk__in=refs, category=thanks.category
    )
    still = of_different_people(rows.select_related("place").order_by("closed_at", "pk"))
    if len(still) != thanks.report_count:
        raise ReportsChanged
    try:
        CountedReports(still).require_enough()
    except Refused as error:
        raise ReportsChanged from error
    text = text_of_thanks(still, category=thanks.category, place=thanks.place, unit=thanks.unit)
    if text != thanks.text:
        raise ReportsChanged


def _audience_of(thanks: GroupThanks) -> Audience:
    """Those of its groups that are in use, where they are posted now, and have room this week."""
    chosen = [
        one for one in groups_to_thank(thanks.unit, thanks.place) if one.pk in thanks.group_ids
    ]
    audience = define_audience(
        Audience(
            units=tuple({one.unit_id for one in chosen}),
            places=(thanks.place_id,),
            kinds=tuple({one.kind for one in chosen}),
            subscribers=False,
            groups=tuple((one.pk, one.channel, one.channel_address) for one in chosen),
            is_thanks=True,
        )
    )
    assert isinstance(audience, Audience)  # noqa: S101 -- only of SameRecipients it is none
    return audience


def _locked_thanks(pk: uuid.UUID, by: Officer) -> GroupThanks:
    return lock_one(GroupThanks.objects.visible_to(by).select_related("unit", "place"), pk)


def _detail(thanks: GroupThanks) -> dict[str, object]:
    """What stands on record: how many reports, and not which."""
    counts = {"reports": thanks.report_count, "groups": len(thanks.group_ids)}
    return {"category": thanks.category, **counts, **steps.release_detail(thanks)}
