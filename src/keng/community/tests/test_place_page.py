"""The page of a place: meetings, official channels, how far a warning came, and its small frame."""

import datetime

import pytest
from django.db import IntegrityError

from keng.acts.errors import NotAllowed
from keng.community.actions import announcements
from keng.community.models import Meeting, OfficialChannel
from keng.community.tests.test_let_out_by_two import announced, listed
from keng.conftest import sign_in
from keng.delivery.models import Delivery
from keng.kit import times
from keng.kit.small_counts import FEWEST_SHOWN
from keng.language.fold import fold
from keng.relay import reach_in_words
from keng.warnings.tests.ward import CALM, Ward
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward(tmp_path, settings):
    settings.DATA_FOLDER = tmp_path
    return Ward()


def page(client, ward):
    return client.get(f"/places/{ward.place.code}/").content.decode()


def test_a_warning_in_the_same_words_from_two_desks_stands_there_once(public_client, ward):
    before = ward.published()
    again = ward.published(words=CALM | {"call": "Trực ban Công an tỉnh, hoặc 113."})
    embedded = public_client.get(f"/embed/places/{ward.place.code}/").content.decode()
    for shown in (page(public_client, ward), embedded):
        assert f"/w/{before.verify_code.code}" not in shown
        assert f"/w/{again.verify_code.code}" in shown


def test_a_meeting_is_announced_by_the_desk(desk_client, ward):
    soon = times.local_date(times.now()) + datetime.timedelta(days=3)
    sent = {
        "place": str(ward.place.pk),
        "day": soon.isoformat(),
        "clock": "19:30",
        "venue": "Nhà văn hóa Ninh Khánh",
        "about": "Phòng lừa đảo qua điện thoại",
    }
    sign_in(desk_client, ward.officer).post("/meetings/", sent)
    meeting = Meeting.objects.get()
    assert meeting.starts_at.astimezone(times.VIETNAM).hour == 19
    assert "Nhà văn hóa Ninh Khánh" in desk_client.get("/meetings/").content.decode()


def test_a_meeting_stands_on_the_page_of_the_place_also_when_it_is_called_off(public_client, ward):
    soon = times.now() + datetime.timedelta(days=3)
    meeting = announced(ward, starts_at=soon)
    shown = page(public_client, ward)
    assert "Phòng cháy" in shown
    assert "Đã hoãn" not in shown
    announcements.call_off_meeting(meeting.pk, by=ward.commander)
    assert "Đã hoãn" in page(public_client, ward)


def test_a_meeting_that_is_over_cannot_be_announced(desk_client, ward):
    sent = {
        "place": str(ward.place.pk),
        "day": "2020-01-01",
        "clock": "08:00",
        "venue": "x",
        "about": "y",
    }
    assert sign_in(desk_client, ward.officer).post("/meetings/", sent).status_code == 422
    assert not Meeting.objects.exists()


def test_what_is_on_the_official_list_is_shown_and_the_rest_is_called_false(public_client, ward):
    listed("zalo", "Công an phường Nếnh", ward)
    shown = page(public_client, ward)
    assert "Zalo: Công an phường Nếnh" in shown
    assert "Không có tài khoản Facebook" in shown
    assert "Không có tài khoản Zalo" not in shown
    everywhere = public_client.get("/official-channels/").content.decode()
    assert "Zalo: Công an phường Nếnh" in everywhere
    announcements.doubt_channel(OfficialChannel.objects.get().pk, by=ward.officer)
    announcements.end_channel(OfficialChannel.objects.get().pk, by=ward.commander)
    assert "Zalo: Công an phường Nếnh" not in page(public_client, ward)


def test_one_desk_is_found_among_a_hundred_without_accents(public_client, ward):
    type(ward.unit).objects.update(desk_phone="0204 000 0113")
    found = public_client.get("/official-channels/", {"q": fold(ward.unit.name)})
    page = found.content.decode()
    assert page.count("tel:02040000113") == 1
    nothing = public_client.get("/official-channels/", {"q": "<b>Xyz"}).content.decode()
    assert "Không có trực ban nào tên" in nothing
    assert "<b>Xyz" not in nothing


def test_a_desks_own_number_is_on_the_official_list_once_and_can_be_called(public_client, ward):
    ward.unit.desk_phone = "0204 000 0100"
    ward.unit.save()
    listed("phone", "0204 000 0100", ward)
    everywhere = public_client.get("/official-channels/").content.decode()
    assert everywhere.count('href="tel:02040000100"') == 1


def test_the_day_of_the_last_look_is_the_oldest_of_the_list(public_client, ward):
    channel = listed("zalo", "Công an phường Nếnh", ward)
    listed("email", "x@y.example", ward)
    OfficialChannel.objects.filter(pk=channel.pk).update(checked_on=datetime.date(2026, 3, 9))
    assert "Danh sách kiểm lại ngày 9/3/2026" in page(public_client, ward)
    assert announcements.check_channels(by=ward.officer) == 2
    assert "9/3/2026" not in page(public_client, ward)


def test_the_same_channel_is_listed_once(ward):
    announcements.propose_channel(kind="zalo", shown_as="A", by=ward.officer)
    with pytest.raises(announcements.ChannelListedAlready):
        announcements.propose_channel(kind="zalo", shown_as="A", by=ward.commander)
    with pytest.raises(IntegrityError, match="official_channel_is_listed_once"):
        OfficialChannel.objects.create(
            unit=ward.unit,
            kind="zalo",
            shown_as="A",
            checked_by=ward.officer,
            checked_on=times.local_date(times.now()),
        )


def test_nobody_speaks_for_the_desk_of_others(ward):
    meeting = announced(ward)
    with pytest.raises(NotAllowed):
        announcements.call_off_meeting(meeting.pk, by=make.officer(unit=make.unit()))
    with pytest.raises(NotAllowed):
        announcements.propose_channel(
            kind="zalo", shown_as="A", by=make.officer(unit=ward.unit, role="auditor")
        )


def reached(ward, *, landlords, schools, posted):
    """A warning that went to so many groups, and is posted in the first of them."""
    for n in range(landlords):
        make.group(unit=ward.unit, place=ward.hamlet, name=f"Trọ {n}", kind="landlords")
    for n in range(schools):
        make.group(unit=ward.unit, place=ward.hamlet, name=f"Trường {n}", kind="school")
    version = ward.published()
    rows = Delivery.objects.filter(dispatch=version.dispatch, recipient_kind="group", part=1)
    rows.update(state="queued")
    Delivery.objects.filter(pk__in=rows.order_by("id").values("pk")[:posted]).update(
        state="relayed"
    )
    return version, rows.count()


def test_how_far_it_came_is_said_in_words_without_a_group(public_client, ward):
    version, groups = reached(ward, landlords=6, schools=6, posted=3)
    found = reach_in_words.reach_in_places(version.dispatch_id, [ward.place.pk, ward.hamlet.pk])
    assert (found.total.posted, found.total.groups) == (3, groups)
    shown = page(public_client, ward)
    assert f"<b>3 trong {groups} nhóm</b>" in shown
    assert f"Còn {groups - 3} nhóm chưa đăng" in shown
    assert "Trọ 1" not in shown


def test_a_kind_with_few_groups_cannot_be_told_from_the_rest(ward):
    """One more group of another kind is in the ward: with the sum it would stand alone."""
    version, groups = reached(ward, landlords=6, schools=1, posted=0)
    found = reach_in_words.reach_in_places(version.dispatch_id, [ward.place.pk, ward.hamlet.pk])
    assert found.total.groups == groups
    assert found.kinds == ()


def test_of_few_groups_nothing_is_said(public_client, ward):
    version, groups = reached(ward, landlords=1, schools=0, posted=1)
    assert groups < FEWEST_SHOWN
    assert (
        reach_in_words.reach_in_places(version.dispatch_id, [ward.place.pk, ward.hamlet.pk]) is None
    )
    assert "Cảnh báo đã tới đâu" not in page(public_client, ward)


def test_the_small_frame_has_no_cookie_no_form_and_may_stand_in_other_pages(public_client, ward):
    ward.published()
    answer = public_client.get(f"/embed/places/{ward.place.code}/")
    shown = answer.content.decode()
    assert CALM["act"] in shown
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert "X-Frame-Options" not in answer
    assert not answer.cookies
    assert "<form" not in shown
    assert "<script" not in shown
    whole = public_client.get(f"/places/{ward.place.code}/")
    assert "frame-ancestors 'none'" in whole["Content-Security-Policy"]
    assert whole["X-Frame-Options"] == "DENY"
