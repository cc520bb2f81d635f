"""Waves: what rises is found with its reasons, what is usual is not; nobody sees others' tips."""

import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keng.accounts.models import Post
from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.delivery.models import Inbound
from keng.incidents import wave_acts as actions
from keng.incidents import wave_queries as queries
from keng.incidents.usual_level import UsualLevel, tail_probability, usual_level_of
from keng.incidents.wave_signs import Baseline, RecentTip, find_rises
from keng.kit import times
from keng.tips import errors
from keng.tips.models import Tip, TipConcern, Wave, WaveTip
from keng.tips.wordless import ONLY_PICTURES
from tests import make

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
LINK = "kichhoat-dinhdanh.example"
_DIFFERENT = (
    "Có người gọi xưng công an bảo mở trang lạ để cập nhật",
    "Mẹ em nhận cuộc gọi đòi kích hoạt lại định danh",
    "Ở tổ em ai cũng bị nhắn đường dẫn này",
    "Hàng xóm suýt nhập mã vì tin là thật",
    "Sáng nay cháu bị giục bấm vào",
)


# -- the arithmetic


@pytest.mark.parametrize(
    ("count", "mean", "spread", "expected"),
    [
        (3, 1.0, 1.0, 0.0803014),
        (10, 2.0, 1.0, 4.6498e-5),
        # Negative binomial of mean 2 and variance 4: shape 2, so P(X ≥ 4) = 6/32.
        (4, 2.0, 2.0, 0.1875),
        (1, 5.0, 1.0, 1.0),
    ],
)
def test_the_tail_is_exact(count, mean, spread, expected):
    assert tail_probability(count, mean, spread) == pytest.approx(expected, rel=1e-4)


@given(st.integers(1, 60), st.floats(0.05, 20), st.floats(1, 6))
def test_more_is_never_likelier_and_more_spread_is_never_rarer_far_out(count, mean, spread):
    assert (
        0 <= tail_probability(count + 1, mean, spread) <= tail_probability(count, mean, spread) <= 1
    )
    far = int(mean) * 3 + 12
    assert tail_probability(far, mean, spread) >= tail_probability(far, mean) * 0.999


def test_what_was_never_seen_may_come_once_by_chance():
    assert usual_level_of([0] * 8).expected(56) == 1
    assert usual_level_of([2] * 8).expected(7) == 2
    assert usual_level_of([0, 9, 0, 0, 12, 0, 1, 0]).spread > 5


def test_a_steady_province_has_no_wave_for_a_year():
    """Thirty categories at their own steady pace, looked at each day."""
    dice, found = random.Random(333), 0
    now = times.now()
    paces = {f"sort{n}": 0.05 + n / 20 for n in range(30)}
    known = Baseline(
        {c: UsualLevel(pace) for c, pace in paces.items()}, {}, UsualLevel(1 / 56), is_known=True
    )
    for _day in range(365):
        told = [
            RecentTip(
                make.some_id(),
                now - dt.timedelta(days=7 * dice.random()),
                category,
                None,
                "",
                make.some_id().bytes,
            )
            for category, pace in paces.items()
            for _ in range(_poisson(dice, pace * 7))
        ]
        found += len(find_rises(told, [], known, now))
    assert found <= 1


def _poisson(dice, mean):
    at, count = dice.expovariate(1), 0
    while at < mean:
        at, count = at + dice.expovariate(1), count + 1
    return count


# -- over a province


@pytest.fixture
def province(db):
    return make.province_unit()


@pytest.fixture
def desks(province):
    return [make.unit(parent=province, serves=make.place()) for _ in range(4)]


@pytest.fixture
def coordinator(province):
    return make.officer(unit=province, role=Post.Role.COORDINATOR)


def told(unit, text, ago=HOUR, category="scam_impersonation", link="", **fields):
    at = times.now() - ago
    tip = make.tip(
        unit=unit,
        text=text,
        received_at=at,
        examined_at=at,
        category=category,
        place=unit.jurisdictions.first().place if unit.jurisdictions.exists() else None,
        **fields,
    )
    if link:
        make.sighting(tip, indicator=make.indicator(link, type="url"))
    return tip


def a_link_told_at(desks, count=3):
    return [
        told(desks[n % len(desks)], _DIFFERENT[n], ago=n * HOUR, link=LINK) for n in range(count)
    ]


def test_three_people_with_one_link_are_a_wave_with_its_reason(desks, coordinator):
    tips = a_link_told_at(desks)
    actions.find_waves()
    (seen,) = queries.running_waves(coordinator)
    assert set(queries.tips_of_wave(seen.wave, coordinator)) == set(tips)
    (reason,) = seen.wave.reasons
    assert (reason["sign"], reason["value"], reason["tips"]) == ("indicator", LINK, 3)
    assert (reason["places"], reason["minutes"], reason["usual"]) == (3, 120, 0.12)
    assert seen.wave.category == "scam_impersonation"
    assert Entry.objects.get(action="wave.found").detail == {"tips": 3}


def test_looking_again_changes_nothing_and_another_tip_joins(desks, coordinator):
    a_link_told_at(desks)
    actions.find_waves()
    actions.find_waves()
    assert WaveTip.objects.count() == 3
    late = told(desks[3], _DIFFERENT[3], link=LINK)
    actions.find_waves()
    (wave,) = Wave.objects.all()
    assert late in queries.tips_of_wave(wave, coordinator)
    assert Entry.objects.filter(action="wave.found").count() == 1


@pytest.mark.parametrize(
    "case",
    [
        "two only",
        "role not known",
        "not part of it",
        "about a unit",
        "no report",
        "one chat",
        "one text",
    ],
)
def test_what_is_no_wave(desks, case):
    tips = a_link_told_at(desks, 2 if case == "two only" else 3)
    if case == "role not known":
        number = make.indicator("+84912000417")
        for tip in tips:
            tip.sightings.update(indicator=number, role="unknown")
    elif case == "not part of it":
        tips[0].sightings.update(role="not_used")
    elif case == "about a unit":
        tips[0].concerns.create(unit=desks[0])
    elif case == "no report":
        Tip.objects.filter(pk=tips[0].pk).update(outcome="not_a_tip")
    elif case == "one chat":
        for tip in tips:
            Inbound.objects.create(
                channel="zalo_oa", kind="text", tip_ref=tip.pk, conversation_hash=b"x" * 32
            )
    elif case == "one text":
        Tip.objects.update(text="Cùng một câu được gửi nhiều lần.")
    actions.find_waves()
    assert not Wave.objects.exists()


def test_what_is_told_every_week_is_no_wave_until_it_is_more(desks):
    for week in range(2, 9):
        told(desks[0], f"tuần {week}", ago=7 * week * DAY, link=LINK)
    a_link_told_at(desks)
    actions.find_waves()
    # One a week is usual: three within hours are a wave, three over a week are none.
    assert Wave.objects.count() == 1
    Wave.objects.all().delete()
    for n, tip in enumerate(Tip.objects.order_by("-received_at")[:3]):
        Tip.objects.filter(pk=tip.pk).update(received_at=times.now() - (2 * n + 1) * DAY)
    actions.find_waves()
    assert not Wave.objects.exists()


def test_nearly_the_same_words_are_a_wave_without_a_number(desks):
    words = (
        "Chào bạn, tôi ở tổ {}, nhận tin nhắn báo trúng thưởng xe máy, bắt đóng phí trước khi nhận"
    )
    for n in range(3):
        told(desks[n], words.format(n + 1), category="scam_other")
    actions.find_waves()
    assert [reason["sign"] for reason in Wave.objects.get().reasons] == ["likeness"]


def test_a_category_rises_over_its_usual_level_and_never_without_a_history(desks):
    for n in range(8):
        told(desks[n % 4], f"mất xe số {n}", category="theft")
    actions.find_waves()
    assert not Wave.objects.exists()
    for week in range(8):
        told(desks[0], f"trước đây {week}", ago=(10 + 7 * week) * DAY, category="theft")
    actions.find_waves()
    wave = Wave.objects.get()
    assert wave.category == "theft"
    assert wave.reasons[0]["sign"] == "category"
    assert wave.reasons[0]["usual"] == pytest.approx(1, abs=0.2)


def test_each_who_sends_pictures_alone_is_counted_as_somebody(desks):
    for week in range(8):
        told(desks[0], f"trước đây {week}", ago=(10 + 7 * week) * DAY, category="theft")
    for n in range(8):
        told(desks[n % 4], ONLY_PICTURES, category="theft")
    actions.find_waves()
    assert [reason["sign"] for reason in Wave.objects.get().reasons] == ["category"]


def test_a_family_s_matter_is_never_a_wave(desks):
    for n in range(4):
        told(desks[n], _DIFFERENT[n], category="domestic_violence", link=LINK)
    actions.find_waves()
    assert not Wave.objects.exists()


def test_the_line_over_the_list_goes_once_all_its_tips_are_joined_and_comes_with_another(desks):
    a_link_told_at(desks[:1])
    actions.find_waves()
    officer = make.officer(unit=desks[0])
    assert len(queries.unanswered_waves(officer)) == 1
    make.incident(unit=desks[0], by=officer, tips=tuple(Tip.objects.all()))
    assert queries.unanswered_waves(officer) == []
    assert len(queries.running_waves(officer)) == 1
    told(desks[0], _DIFFERENT[3], link=LINK)
    actions.find_waves()
    assert len(queries.unanswered_waves(officer)) == 1


# -- who sees what


def test_a_desk_s_first_tip_offers_the_wave_without_the_tips_of_others(desks):
    a_link_told_at(desks[1:])
    actions.find_waves()
    officer = make.officer(unit=desks[0])
    assert queries.running_waves(officer) == queries.unanswered_waves(officer) == []
    assert queries.scams_rising_elsewhere(officer) == ["scam_impersonation"]
    first = told(desks[0], _DIFFERENT[4], link=LINK)
    actions.find_waves()
    (seen,) = queries.unanswered_waves(officer)
    assert (seen.here, seen.is_whole) == (1, False)
    assert list(queries.tips_of_wave(seen.wave, officer)) == [first]
    assert queries.wave_of_tip(first, officer).wave == seen.wave
    assert sum(count for _day, count in queries.wave_curve(seen.wave, officer)) == 1
    assert queries.scams_rising_elsewhere(officer) == []


def test_a_tip_that_comes_to_concern_a_unit_leaves_the_numbers_of_its_wave(desks, coordinator):
    tips = a_link_told_at(desks[:3])
    actions.find_waves()
    assert queries.running_waves(coordinator)[0].total == 3
    TipConcern.objects.create(tip=tips[2], unit=desks[2])
    for officer in (coordinator, make.officer(unit=desks[0])):
        assert queries.running_waves(officer)[0].total == 2


def test_what_rises_elsewhere_is_told_of_scams_alone(desks):
    for n in range(3):
        told(desks[n + 1], _DIFFERENT[n], category="gambling", link=LINK)
    actions.find_waves()
    assert Wave.objects.get().category == "gambling"
    assert queries.scams_rising_elsewhere(make.officer(unit=desks[0])) == []


def test_one_s_own_tip_of_no_scam_does_not_tell_that_others_went_past_the_desk(
    desks, province, coordinator
):
    for n in range(3):
        told(province, _DIFFERENT[n], category="gambling", link=LINK)
    own = told(desks[0], _DIFFERENT[3], category="gambling", link=LINK)
    actions.find_waves()
    officer = make.officer(unit=desks[0])
    assert queries.running_waves(officer) == []
    assert queries.wave_of_tip(own, officer) is None
    assert queries.visible_wave(Wave.objects.get().pk, officer) is None
    assert len(queries.running_waves(coordinator)) == 1


# -- what people make of it


def test_a_desk_says_not_a_wave_for_itself_and_the_province_for_all(desks, coordinator):
    a_link_told_at(desks, 4)
    actions.find_waves()
    wave, officer = Wave.objects.get(), make.officer(unit=desks[0])
    with pytest.raises(errors.NoReason):
        actions.dismiss_wave(wave.pk, reason=" ", by=officer)
    actions.dismiss_wave(wave.pk, reason="Trang tập huấn của phường", by=officer)
    assert queries.unanswered_waves(officer) == []
    assert len(queries.unanswered_waves(coordinator)) == 1
    actions.dismiss_wave(wave.pk, reason="Diễn tập", by=coordinator)
    actions.find_waves()
    assert (
        queries.unanswered_waves(coordinator)
        == queries.unanswered_waves(make.officer(unit=desks[1]))
        == []
    )
    assert Entry.objects.filter(action="wave.dismissed").count() == 2
    actions.take_back_dismissal(wave.pk, by=coordinator)
    assert len(queries.unanswered_waves(coordinator)) == 1


def test_twice_as_many_ask_again(desks, coordinator):
    a_link_told_at(desks)
    actions.find_waves()
    wave = Wave.objects.get()
    actions.dismiss_wave(wave.pk, reason="Diễn tập", by=coordinator)
    for n in range(3):
        told(desks[n], f"Lần nữa {n} {_DIFFERENT[n + 1]}", link=LINK)
    actions.find_waves()
    wave.refresh_from_db()
    assert wave.state == "open"
    assert len(queries.unanswered_waves(coordinator)) == 1


def test_twice_as_many_ask_the_one_desk_again_that_said_it_is_none(desks):
    a_link_told_at(desks)
    actions.find_waves()
    wave, officer = Wave.objects.get(), make.officer(unit=desks[0])
    actions.dismiss_wave(wave.pk, reason="Trang tập huấn của phường", by=officer)
    assert queries.unanswered_waves(officer) == []
    for n in range(3):
        told(desks[n], f"Lần nữa {n} {_DIFFERENT[n + 1]}", link=LINK)
    actions.find_waves()
    assert len(queries.unanswered_waves(officer)) == 1


def test_only_whoever_sees_a_tip_of_it_may_judge(desks):
    a_link_told_at(desks[1:])
    actions.find_waves()
    with pytest.raises(NotAllowed):
        actions.dismiss_wave(Wave.objects.get().pk, reason="x", by=make.officer(unit=desks[0]))
    auditor = make.officer(unit=desks[1], role=Post.Role.AUDITOR)
    with pytest.raises(NotAllowed):
        actions.dismiss_wave(Wave.objects.get().pk, reason="x", by=auditor)


def test_a_wave_ends_by_itself_and_may_come_again(desks, coordinator):
    a_link_told_at(desks)
    actions.find_waves()
    Tip.objects.update(received_at=times.now() - 12 * DAY)
    Wave.objects.update(seen_at=times.now() - 4 * DAY)
    actions.find_waves()
    wave = Wave.objects.get()
    assert (wave.state, bool(wave.ended_at)) == ("ended", True)
    assert queries.running_waves(coordinator) == []
    for n in range(4):
        told(desks[n], f"Tháng sau {_DIFFERENT[n]}", link=LINK)
    actions.find_waves()
    assert len(queries.running_waves(coordinator)) == 1
