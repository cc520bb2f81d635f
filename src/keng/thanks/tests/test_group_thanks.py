"""Groups are told what reports led to only where that gives nobody away."""

import datetime
from dataclasses import replace

import pytest
from django.db import IntegrityError
from django.urls import reverse

from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.delivery.actions.materialising import materialise_next_dispatch
from keng.delivery.audience import audience_of_dispatch, define_audience
from keng.delivery.models import Delivery
from keng.kit import times
from keng.network.models import Group
from keng.places.models import Jurisdiction
from keng.relay.coverage import recent_dispatches
from keng.releases.errors import HandInIt, NothingWaits
from keng.thanks.countable import MONTH, count_reports, of_different_people
from keng.thanks.errors import (
    AllOfOneHamlet,
    CategoryNotThanked,
    GroupsGotEnough,
    NoGroupToThank,
    OfTooFewDays,
    PlaceTooSmall,
    RefusedBefore,
    ReportsChanged,
    TooFewReports,
)
from keng.thanks.group_thanks import propose_thanks, refuse_thanks, send_thanks
from keng.thanks.models import CountedTip, GroupThanks
from keng.thanks.offers import possible_thanks
from keng.thanks.spread import spread_of_thanks
from keng.thanks.wording import at_least
from keng.tips.models import Restriction, Tip
from keng.warnings.tests.ward import Ward
from tests import make

pytestmark = pytest.mark.django_db
KIND = "scam_impersonation"
WORDS = (
    "Sáng nay số lạ xưng công an phường đòi kích hoạt căn cước",
    "Mẹ tôi nhận tin nhắn có đường dẫn lạ ghi tên ngân hàng",
    "Người mặc đồng phục giả gõ cửa thu tiền xử phạt",
    "Trên Zalo có tài khoản dùng ảnh cán bộ để mượn tiền gấp",
    "Cuộc gọi video dọa bắt vì liên quan đường dây rửa tiền",
    "Chuông cửa reo, hai thanh niên nói thay thẻ bảo hiểm tận nhà",
    "Bưu cục giả hẹn giao giấy triệu tập và bảo nộp phí",
)


def ended(ward, words, *, days=40, **fields):
    """A report that led to something so many days ago."""
    at = times.now() - datetime.timedelta(days=days)
    given = {"category": KIND, "outcome": Tip.Outcome.SOLVED, "place": ward.hamlet}
    # Every report came in on a day of its own.
    given["received_at"] = at - datetime.timedelta(days=Tip.objects.count())
    made = make.tip(unit=ward.unit, text=words, state="closed", **given | fields)
    Tip.objects.filter(pk=made.pk).update(closed_at=at)
    return made


@pytest.fixture
def ward():
    return Ward()


@pytest.fixture
def five(ward):
    return five_of(ward)


def five_of(ward):
    return [ended(ward, words) for words in WORDS[:4]] + [ended(ward, WORDS[4], place=ward.place)]


def proposed(ward, place=None, category=KIND, groups=None):
    chosen = [ward.machine.pk] if groups is None else groups
    return propose_thanks(place or ward.place, category, group_ids=chosen, by=ward.officer)


def sent(ward, made, by=None):
    return send_thanks(made.pk, seen=made.digest_now, by=by or ward.commander)


def test_thanks_are_made_of_counts_and_go_out_by_a_second_person(ward, five):
    made = proposed(ward, groups=[ward.machine.pk, ward.by_hand.pk])
    assert "5" in made.text
    assert ward.place.full_name in made.text
    assert not any(words in made.text for words in WORDS)
    assert ward.hamlet.name not in made.text
    done = sent(ward, made)
    assert materialise_next_dispatch() == 1
    rows = Delivery.objects.filter(dispatch=done.dispatch)
    assert {row.recipient_ref for row in rows} == {ward.machine.pk, ward.by_hand.pk}
    assert not done.dispatch.is_urgent
    assert done.dispatch.texts.get().text == made.text
    with pytest.raises(NothingWaits):
        sent(ward, made)
    assert Entry.objects.filter(action="thanks.sent").count() == 1


def test_whoever_handed_them_in_is_no_second_person(ward, five):
    made = propose_thanks(ward.place, KIND, group_ids=[ward.machine.pk], by=ward.commander)
    with pytest.raises(HandInIt):
        sent(ward, made)
    with pytest.raises(NotAllowed):
        sent(ward, made, by=ward.officer)


def test_four_reports_are_too_few_and_copies_are_one(ward, five):
    Tip.objects.filter(pk=five[0].pk).update(text=WORDS[1])
    with pytest.raises(TooFewReports):
        proposed(ward)


@pytest.mark.parametrize(
    "fields",
    [
        {"outcome": Tip.Outcome.UNFOUNDED},
        {"is_for_named": True},
        {"kind": Tip.Kind.OFFICIAL},
        {"withdrawn_at": times.now()},
        {"purged_at": times.now()},
        {"category": "theft"},
        {"feared_at": times.now()},
        {"waiting_since": times.now()},
        {"danger_at": times.now(), "danger_unheard": True},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_what_led_to_nothing_or_is_protected_counts_in_no_thanks(ward, five, fields):
    Tip.objects.filter(pk=five[0].pk).update(**fields)
    with pytest.raises(TooFewReports):
        proposed(ward)


def test_reports_about_officers_and_restricted_ones_count_in_no_thanks(ward, five):
    made = ended(ward, WORDS[5], concerns=(make.unit("Đơn vị khác"),))
    Tip.objects.filter(pk=five[0].pk).update(closed_at=times.now())
    with pytest.raises(TooFewReports):
        proposed(ward)
    made.concerns.all().delete()
    Restriction.objects.create(tip=made, number="1", by=ward.coordinator)
    with pytest.raises(TooFewReports):
        proposed(ward)
    made.restrictions.all().delete()
    assert proposed(ward).report_count == 5


def test_a_month_has_to_pass_and_the_refusal_says_until_when(ward, five):
    late = times.now() - MONTH + datetime.timedelta(minutes=5)
    Tip.objects.filter(pk=five[0].pk).update(closed_at=late)
    with pytest.raises(TooFewReports) as refusal:
        proposed(ward)
    day = times.local_date(late + MONTH) + datetime.timedelta(days=1)
    assert f"{day:%d/%m/%Y}" in refusal.value.sentence


def test_a_hamlet_is_too_small_and_a_family_is_told_of_to_nobody(ward, five):
    with pytest.raises(PlaceTooSmall):
        proposed(ward, place=ward.hamlet)
    with pytest.raises(CategoryNotThanked):
        proposed(ward, category="domestic_violence")
    with pytest.raises(NoGroupToThank):
        proposed(ward, groups=[make.some_id()])


def test_a_report_counts_once_so_that_two_thanks_never_differ_by_one(ward, five):
    proposed(ward)
    ended(ward, WORDS[5])
    # Not six, and not one: five of its own.
    with pytest.raises(TooFewReports):
        proposed(ward)
    with pytest.raises(IntegrityError):
        CountedTip.objects.bulk_create(
            [CountedTip(tip_ref=five[0].pk, thanks=GroupThanks.objects.get())]
        )


def test_a_copy_of_a_counted_report_is_in_no_later_thanks(ward, five):
    """Else four sent twice and one new report would be told as five: the one stands alone."""
    copies = [ended(ward, words.upper()) for words in WORDS[:2]]
    made = proposed(ward)
    assert set(made.counted.filter(is_copy=True).values_list("pk", flat=True)) == {
        copy.pk for copy in copies
    }
    sent(ward, made)
    # These end after the thanks.
    for words in WORDS[2:6]:
        ended(ward, words)
    with pytest.raises(TooFewReports):
        proposed(ward)


def test_five_of_one_hamlet_or_of_one_day_are_too_near(ward, five):
    Tip.objects.update(place=ward.hamlet)
    with pytest.raises(AllOfOneHamlet):
        proposed(ward)
    Tip.objects.update(place=ward.place)
    assert count_reports(ward.unit, ward.place, KIND, officer=ward.officer).require_enough() is None
    Tip.objects.update(received_at=times.now())
    with pytest.raises(OfTooFewDays):
        proposed(ward)


@pytest.mark.parametrize(("count", "shown"), [(5, 5), (9, 5), (10, 10), (49, 20), (200, 100)])
def test_no_exact_number_stands_in_the_text(count, shown):
    assert at_least(count) == shown


def test_the_second_person_reads_how_the_reports_spread(ward, five):
    made = proposed(ward)
    spread = spread_of_thanks(made, [ward.machine], officer=ward.commander)
    assert spread.places == [(ward.hamlet.full_name, 4), (ward.place.full_name, 1)]
    assert sum(n for _month, n in spread.months) == 5
    assert spread.channels == [("web", 5)]
    assert spread.near_groups == [ward.machine.name]


def test_thanks_are_no_warning(ward, five, settings):
    """They take no warning's room in a group, and no list of warnings has them."""
    done = sent(ward, proposed(ward))
    materialise_next_dispatch()
    assert not recent_dispatches(ward.officer)
    settings.WARNINGS_A_WEEK = 1
    like_thanks = audience_of_dispatch(done.dispatch)
    assert not define_audience(like_thanks).groups
    assert define_audience(replace(like_thanks, is_thanks=False)).groups


@pytest.mark.parametrize("change", ["reopened", "restricted", "named", "outcome", "place"])
def test_the_count_is_asked_again_when_the_second_person_says_no(ward, five, change):
    made = proposed(ward)
    if change == "restricted":
        Restriction.objects.create(tip=five[2], number="1", by=ward.coordinator)
    elif change == "outcome":
        Tip.objects.filter(pk=five[2].pk).update(outcome=Tip.Outcome.WARNED)
    elif change == "place":
        Tip.objects.filter(pk=five[2].pk).update(place=ward.province_place)
    elif change == "named":
        Tip.objects.filter(pk=five[2].pk).update(is_for_named=True)
    else:
        soon = times.now() + datetime.timedelta(hours=1)
        Tip.objects.filter(pk=five[2].pk).update(state="accepted", closed_at=None, due_at=soon)
    with pytest.raises(ReportsChanged):
        sent(ward, made)
    assert not Entry.objects.filter(action="thanks.sent").exists()


def test_a_yes_ends_it_with_a_reason_and_its_reports_can_count_elsewhere(ward, five):
    made = proposed(ward)
    # Whoever handed them in puts no answer of a second person on record.
    with pytest.raises(NotAllowed):
        refuse_thanks(made.pk, reason="Chỉ một nhà ở ngõ đó", by=ward.officer)
    refuse_thanks(made.pk, reason="Chỉ một nhà ở ngõ đó", by=ward.commander)
    with pytest.raises(NothingWaits):
        sent(ward, made)
    assert Entry.objects.get(action="thanks.refused").detail["reason"]
    # Nor is the next second person asked the same.
    with pytest.raises(RefusedBefore) as refusal:
        proposed(ward)
    assert "ngõ đó" in refusal.value.sentence
    # Nor one of the desk above.
    above = make.officer(unit=ward.province)
    with pytest.raises(RefusedBefore):
        propose_thanks(ward.place, KIND, group_ids=[ward.machine.pk], by=above)
    assert proposed(ward, place=ward.province_place).report_count == 5


def test_groups_that_got_enough_this_week_are_not_written_to_for_thanks(ward, five, settings):
    settings.WARNINGS_A_WEEK = 0
    with pytest.raises(GroupsGotEnough):
        sent(ward, proposed(ward))


def test_no_machine_posts_thanks_in_a_group_at_night(ward, five, monkeypatch):
    monkeypatch.setattr("keng.delivery.recipients.QUIET_FROM", datetime.time(0))
    monkeypatch.setattr("keng.delivery.recipients.QUIET_TO", datetime.time(23, 59, 59))
    # It is night all day.
    done = sent(ward, proposed(ward, groups=[ward.machine.pk, ward.by_hand.pk]))
    materialise_next_dispatch()
    rows = Delivery.objects.filter(dispatch=done.dispatch)
    assert rows.get(recipient_ref=ward.machine.pk).state == Delivery.State.NOT_NOW
    # A lead is told after their own quiet hours.
    assert rows.get(recipient_ref=ward.by_hand.pk).state == Delivery.State.QUEUED


def test_another_desk_neither_reads_nor_sends_them(ward, five):
    made = proposed(ward)
    stranger = make.officer(unit=make.unit("Công an phường khác"), role="commander")
    with pytest.raises(NotAllowed):
        sent(ward, made, by=stranger)
    assert not GroupThanks.objects.visible_to(stranger).exists()


def test_what_says_the_same_counts_once():
    tips = [Tip(text=words) for words in (WORDS[0], WORDS[0].upper(), WORDS[1], "", "")]
    # Without words (a sound, a picture) nothing says that they are of two people.
    assert of_different_people(tips) == [tips[0], tips[2], tips[3]]


def test_the_offer_names_places_with_enough_reports(ward, five):
    (offer,) = possible_thanks(ward.unit, officer=ward.officer)
    assert (offer.place, offer.category, offer.reports) == (ward.place, KIND, 5)


def make_two_alike(_ward, five):
    Tip.objects.filter(pk=five[0].pk).update(text=WORDS[1])


def make_all_of_one_hamlet(ward, _five):
    Tip.objects.update(place=ward.hamlet)


def make_all_of_one_day(_ward, _five):
    Tip.objects.update(received_at=times.now())


def refuse_once(ward, _five):
    refuse_thanks(proposed(ward).pk, reason="Chỉ một nhà ở ngõ đó", by=ward.commander)


def end_every_group(_ward, _five):
    Group.objects.update(is_active=False)


def give_place_away(ward, _five):
    today = times.local_date(times.now())
    Jurisdiction.objects.filter(place=ward.place).update(valid_to=today)


@pytest.mark.parametrize(
    "bring_about",
    [
        make_two_alike,
        make_all_of_one_hamlet,
        make_all_of_one_day,
        refuse_once,
        end_every_group,
        give_place_away,
    ],
)
def test_what_would_be_refused_is_not_offered(ward, five, bring_about):
    bring_about(ward, five)
    assert possible_thanks(ward.unit, officer=ward.officer) == []


def test_two_people_thank_a_group_on_the_desk(desk_client, ward, five, monkeypatch):
    monkeypatch.setattr("keng.accounts.presence.confirm_presence", lambda _o, code: code == "1")
    sign_in(desk_client, ward.officer)
    assert ward.place.full_name in desk_client.get("/thanks/").content.decode()
    address = f"/thanks/new/?place={ward.place.pk}&category={KIND}"
    assert GroupThanks.objects.count() == 0
    assert "5" in desk_client.get(address).content.decode()
    assert desk_client.post(address, {}).status_code == 422
    assert desk_client.post(address, {"groups": [ward.machine.pk]}).status_code == 302
    made = GroupThanks.objects.get()
    page = f"/thanks/{made.pk}/"
    sign_in(desk_client, ward.commander)
    assert ward.hamlet.full_name in desk_client.get(page).content.decode()
    seen = {"seen": made.digest_now.hex(), "code": "1"}
    assert desk_client.post(page, seen).status_code == 422
    assert desk_client.post(page, {"reason": ""}).status_code == 422
    assert desk_client.post(page, seen | {"nobody_could_guess": "on"}).status_code == 302
    made.refresh_from_db()
    assert made.is_released
    assert made.dispatch is not None
    assert desk_client.get(page).status_code == 200
    outcome = desk_client.get(reverse("dispatch", args=[made.dispatch_id]))
    assert page in outcome.content.decode()


def test_thanks_are_sent_as_production_does_it_and_once(in_a_request):
    ward = Ward()
    five_of(ward)
    made = in_a_request(
        lambda by: propose_thanks(ward.place, KIND, group_ids=[ward.machine.pk], by=by),
        by=ward.officer,
    )
    seen = GroupThanks.objects.get().digest_now
    done = in_a_request(lambda by: send_thanks(made.pk, seen=seen, by=by), by=ward.commander)
    assert done.dispatch.source_ref == made.pk
    more = [ended(ward, words) for words in (*WORDS[5:], "a b c d", "e f g h")]
    assert len([*more, ended(ward, "i k l m", place=ward.place)]) == 5
    second = in_a_request(
        lambda by: propose_thanks(ward.place, KIND, group_ids=[ward.machine.pk], by=by),
        by=ward.officer,
    )
    in_a_request(lambda by: refuse_thanks(second.pk, reason="Đoán được", by=by), by=ward.commander)
    assert CountedTip.objects.count() == 5
    with pytest.raises(NothingWaits):
        in_a_request(lambda by: send_thanks(second.pk, seen=seen, by=by), by=ward.commander)
