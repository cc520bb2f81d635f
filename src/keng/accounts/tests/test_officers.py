"""Administrators look after the officers of their own units, and after nobody else."""

import datetime

import pytest
from django.urls import reverse

from keng.accounts import actions, requesting, setting_up
from keng.accounts.models import Officer, OfficerRequest, Post
from keng.accounts.queries import manageable_officers, officers_with_words
from keng.accounts.tests.stage import today
from keng.accounts.who import (
    CHECKING_CLAIMS,
    COORDINATING,
    INVITING,
    LEADING,
    RELEASING,
    SIGNING,
    WORKING,
)
from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.conftest import sign_in
from tests import make

pytestmark = pytest.mark.django_db
ADMIN = Post.Role.ADMINISTRATOR


@pytest.fixture
def admin(unit):
    return make.officer(unit=unit, role=ADMIN)


def url(name, *args):
    return reverse(name, "keng.site.desk_urls", args=args)


def new_officer(unit, admin, **fields):
    values = {"username": "lan.ngo", "name": "Cán bộ Một", "rank": "Đ.úy", "role": "duty"}
    return requesting.ask_for_officer(
        **values | {"unit_id": unit.pk, "valid_from": today(), "by": admin} | fields
    )


def test_an_administrator_sees_the_own_units_officers_only(unit, admin):
    mine = make.officer(unit=unit)
    make.officer(unit=make.unit(parent=unit.parent))
    make.officer()
    assert set(manageable_officers(admin)) == {mine, admin}


def test_the_list_comes_in_pages_and_is_narrowed_by_name_and_unit(
    unit, desk_client, django_assert_max_num_queries
):
    top = make.officer(unit=unit.parent, role=ADMIN)
    other = make.unit(parent=unit.parent)
    for n in range(60):
        make.officer(unit=unit, name=f"Nguyễn Đức {n:02}")
    lone = make.officer(unit=other, name="Đỗ Thị Ánh")
    sign_in(desk_client, top)
    # Two of these count what waits in the menus of an administrator.
    with django_assert_max_num_queries(14):
        page = desk_client.get(url("officers")).content.decode()
    assert page.count("<tr><th") == 1 + 50
    assert "62 cán bộ" in page
    after = desk_client.get(url("officers"), {"page": "2"}).content.decode()
    assert after.count("<tr><th") == 1 + 12
    for asked in ({"q": "do thi anh"}, {"q": "Ánh"}, {"unit": other.pk}):
        page = desk_client.get(url("officers"), asked).content.decode()
        assert page.count("<tr><th") == 1 + 1
        assert lone.name in page
    assert desk_client.get(url("officers"), {"q": "x%", "page": "z"}).status_code == 200
    elsewhere = make.officer(unit=make.unit())
    assert elsewhere.name not in desk_client.get(url("officers")).content.decode()


def test_no_unit_is_chosen_beforehand_where_there_are_several(unit, admin, desk_client):
    sign_in(desk_client, make.officer(unit=unit.parent, role=ADMIN))
    page = desk_client.get(url("officer-add")).content.decode()
    assert "Chọn đơn vị" in page.partition('name="unit"')[2].partition("</select>")[0]
    sign_in(desk_client, admin)
    page = desk_client.get(url("officer-add")).content.decode()
    assert "Chọn đơn vị" not in page.partition('name="unit"')[2].partition("</select>")[0]


def test_ending_a_post_is_asked_about_first(unit, admin, desk_client):
    sign_in(desk_client, admin)
    page = desk_client.get(url("officer", make.officer(unit=unit).pk)).content.decode()
    before, _, button = page.partition(">Đúng, kết thúc ngay<")
    assert button
    assert "Không hoàn tác được" in before.rpartition("<details")[2]


def test_a_provincial_administrator_sees_the_units_below(unit):
    top = make.officer(unit=unit.parent, role=ADMIN)
    below, outside = make.officer(unit=unit), make.officer(unit=make.unit())
    assert below in manageable_officers(top)
    assert outside not in manageable_officers(top)


def test_who_also_serves_elsewhere_is_not_in_a_communes_hands(unit, admin):
    auditor = make.officer(unit=unit)
    make.post(auditor, unit=unit.parent, role=Post.Role.AUDITOR)
    with pytest.raises(NotAllowed):
        requesting.ask_for_renewal(auditor.pk, by=admin)


def test_nobody_is_added_to_a_unit_of_others(unit, admin):
    with pytest.raises(NotAllowed):
        new_officer(make.unit(), admin)
    assert not OfficerRequest.objects.exists()


def test_an_ended_post_shows_nothing_from_the_same_moment(unit, admin):
    officer = make.officer(unit=unit)
    post = officer.posts.get()
    actions.end_post(post.pk, by=admin)
    assert Officer.objects.get(pk=officer.pk).unit_ids == frozenset()


def test_an_administrator_does_not_end_the_own_post(unit, admin):
    with pytest.raises(actions.OwnPost):
        actions.end_post(admin.posts.get().pk, by=admin)


@pytest.mark.parametrize("role", ["commander", "coordinator", "duty"])
def test_an_administrator_gives_themselves_no_post(desk_client, unit, admin, role):
    for give in (actions.add_post, requesting.ask_for_post):
        with pytest.raises(actions.OwnPost):
            give(admin.pk, unit_id=unit.pk, role=role, valid_from=today(), by=admin)
    sign_in(desk_client, admin)
    answer = desk_client.post(
        url("officer", admin.pk), {"unit": unit.pk, "role": role, "valid_from": today()}
    )
    assert answer.status_code == 422
    assert "Một quản trị viên khác" in answer.content.decode()
    assert admin.posts.count() == 1


def test_a_commune_has_no_provincial_coordinator(desk_client, unit, admin):
    with pytest.raises(actions.RoleOfTheProvince):
        new_officer(unit, admin, role="coordinator")
    officer = make.officer(unit=unit)
    given = {"unit_id": unit.pk, "role": "coordinator", "valid_from": today()}
    for give in (actions.add_post, requesting.ask_for_post):
        with pytest.raises(actions.RoleOfTheProvince):
            give(officer.pk, by=admin, **given)
    with pytest.raises(actions.RoleOfTheProvince):
        setting_up.open_set_up_by_operator(
            officer=None, unit_id=unit.pk, role="coordinator", username="ko", name="Ko"
        )
    sign_in(desk_client, admin)
    sent = {"unit": unit.pk, "role": "coordinator", "valid_from": today()}
    answer = desk_client.post(url("officer", officer.pk), sent)
    assert answer.status_code == 422
    assert "chỉ có ở đơn vị cấp tỉnh" in answer.content.decode()
    assert not Post.objects.filter(role="coordinator").exists()
    assert not OfficerRequest.objects.exists()
    top = make.officer(unit=unit.parent, role=ADMIN)
    assert new_officer(unit.parent, top, role="coordinator").role == "coordinator"


def test_one_whom_a_commune_made_coordinator_before_has_no_part_in_what_is_the_provinces(unit):
    officer = make.officer(unit=unit, role="coordinator")
    for who in (CHECKING_CLAIMS, INVITING, COORDINATING, RELEASING, LEADING, SIGNING):
        assert not who.includes(officer)
    assert WORKING.includes(officer)


def test_pages_of_officers_of_other_units_do_not_exist(desk_client, unit, admin):
    sign_in(desk_client, admin)
    foreign = make.officer(unit=make.unit())
    assert desk_client.get(url("officer", foreign.pk)).status_code == 404
    assert desk_client.post(url("officer-renew", foreign.pk)).status_code == 404
    assert desk_client.post(url("officer-close", foreign.pk)).status_code == 404
    assert desk_client.post(url("post-end", foreign.posts.get().pk)).status_code == 404


def test_nobody_asks_for_a_new_sign_in_of_their_own(desk_client, unit, admin):
    sign_in(desk_client, admin)
    answer = desk_client.post(url("officer-renew", admin.pk), follow=True)
    page = answer.content.decode()
    assert "Một quản trị viên khác phải đề nghị" in page
    assert url("officer-renew", admin.pk) not in page
    assert not OfficerRequest.objects.exists()


def test_a_slip_in_a_new_password_changes_nothing_and_says_what_to_type_again(desk_client, unit):
    old, words = "somebody saw this one", "bốn chữ không ai biết"
    officer = make.officer(unit=unit, password=old)
    sign_in(desk_client, officer)
    page = url("my-settings")
    same = desk_client.post(page, {"present": old, "new": old, "again": old})
    assert same.status_code == 422
    shown = same.content.decode()
    assert "Hãy nhập lại những ô hiện dấu chấm: nội dung trong đó không bao giờ hiện ra." in shown
    assert "vẫn còn nguyên" not in shown
    slip = desk_client.post(page, {"present": old, "new": words, "again": f"{words}s"})
    assert "Hai lần nhập không giống nhau." in slip.content.decode()
    right = desk_client.post(page, {"present": old, "new": words, "again": words})
    assert right["Location"] == page
    assert desk_client.get(url("inbox")).status_code == 200
    officer.refresh_from_db()
    assert officer.check_password(words)


UNTRUE_DAYS = [
    (datetime.date(1, 1, 1), "từ hôm nay trở đi"),
    (datetime.date(2020, 1, 1), "từ hôm nay trở đi"),
    (datetime.date(9999, 12, 31), "trong vòng một năm"),
]


@pytest.mark.parametrize(("day", "words"), UNTRUE_DAYS)
def test_no_post_begins_before_it_is_given_or_more_than_a_year_ahead(
    desk_client, unit, admin, day, words
):
    officer = make.officer(unit=unit)
    given = {"unit_id": unit.pk, "role": "duty", "valid_from": day}
    for give in (actions.add_post, requesting.ask_for_post):
        with pytest.raises(actions.DayOutOfReach):
            give(officer.pk, by=admin, **given)
    with pytest.raises(actions.DayOutOfReach):
        new_officer(unit, admin, valid_from=day)
    sign_in(desk_client, admin)
    sent = {"unit": unit.pk, "role": "duty", "valid_from": day.isoformat()}
    answer = desk_client.post(url("officer", officer.pk), sent)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert officer.posts.count() == 1
    assert not OfficerRequest.objects.exists()


@pytest.mark.parametrize("days", [0, 365])
def test_a_post_from_today_or_within_a_year_is_on_record_with_its_days(unit, admin, days):
    officer, first = make.officer(unit=unit), today() + datetime.timedelta(days=days)
    given = {"unit_id": unit.pk, "role": "duty", "valid_from": first}
    post = actions.add_post(officer.pk, by=admin, **given)
    entry = Entry.objects.get(action="officer.post_added")
    assert entry.detail == {"role": "duty", "valid_from": first.isoformat()}
    actions.end_post(post.pk, by=admin)
    entry = Entry.objects.get(action="officer.post_ended")
    yesterday = today() - datetime.timedelta(days=1)
    assert entry.detail == {
        "role": "duty",
        "valid_from": first.isoformat(),
        "valid_to": yesterday.isoformat(),
    }


def test_a_post_that_has_ended_is_not_ended_again(desk_client, unit, admin):
    officer, long_ago = make.officer(unit=unit), datetime.date(2024, 5, 1)
    post = officer.posts.get()
    officer.posts.update(valid_to=long_ago)
    with pytest.raises(actions.PostOver):
        actions.end_post(post.pk, by=admin)
    sign_in(desk_client, admin)
    page = desk_client.post(url("post-end", post.pk), follow=True).content.decode()
    assert "đã kết thúc rồi" in page
    assert officer.posts.get().valid_to == long_ago
    assert not Entry.objects.filter(action="officer.post_ended").exists()


def test_whose_name_is_as_it_was_typed_comes_first(unit, admin):
    for name in ("Lê Văn Thục", "Bùi Thị Thước", "Vũ Thị Thử"):
        make.officer(unit=unit, name=name)
    found = [officer.name for officer in officers_with_words(admin, words="Thử")]
    assert found[0] == "Vũ Thị Thử"
    assert [officer.name for officer in officers_with_words(admin, words="thu")][:2] == [
        "Lê Văn Thục",
        "Vũ Thị Thử",
    ]
