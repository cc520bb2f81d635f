"""Keeping groups and leads: what a desk writes down, and what another desk never sees."""

import datetime
import importlib
import re

import pytest
from django.db import connection

from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.kit import times
from keng.network.models import Group, Lead
from keng.network.queries import groups as group_queries
from keng.network.queries.targets import target_table
from keng.network.secret_links import lead_by_earlier_token, lead_by_token, lead_token, lead_url
from keng.network.tests.ward_desk import url
from tests import make

pytestmark = pytest.mark.django_db


def group_data(desk, **changes):
    return {
        "name": "Nhà trọ Ninh Khánh 2",
        "kind": "landlords",
        "place": str(desk.hamlet.pk),
        "member_count": "312",
        "channel": "by_hand",
        "channel_address": "",
        "leads": [],
        **changes,
    }


def lead_data(**changes):
    return {
        "name": "Bà Mão",
        "position": "Chủ trọ",
        "language": "vi",
        "consented_on": "2025-09-01",
        **changes,
    }


def test_a_group_is_written_down_with_its_lead(client, desk):
    lead = make.lead(unit=desk.unit)
    client.post(url("group-new"), group_data(desk, leads=[str(lead.pk)]))
    group = Group.objects.get()
    assert (group.unit, group.place, group.member_count) == (desk.unit, desk.hamlet, 312)
    assert list(group.leads.all()) == [lead]
    assert Entry.objects.get().action == "group.added"
    assert "Nhà trọ Ninh Khánh 2" in client.get(url("groups")).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"member_count": "nhiều"},
        {"place": ""},
        {"channel": "sandbox"},
        {"kind": "x"},
    ],
)
def test_mistakes_are_said(client, desk, wrong):
    page = client.post(url("group-new"), group_data(desk, **wrong)).content.decode()
    assert "Lỗi" in page
    assert not Group.objects.exists()


def test_two_groups_of_a_unit_have_two_names(client, desk):
    make.group(unit=desk.unit, place=desk.hamlet, name="Tổ 1")
    make.group(unit=desk.neighbour, place=desk.hamlet, name="Tổ 2")
    assert (
        "mang tên này"
        in client.post(url("group-new"), group_data(desk, name="Tổ  1")).content.decode()
    )
    client.post(url("group-new"), group_data(desk, name="Tổ 2"))
    assert Group.objects.filter(unit=desk.unit).count() == 2


ADDRESS_TAKEN = "Một nhóm khác đang dùng địa chỉ này"


def by_machine(desk, name, address="gmf-nenh-0001", **changes):
    return group_data(desk, name=name, channel="zalo_oa", channel_address=address, **changes)


@pytest.fixture
def foreign(desk):
    """A group of the desk beside this one, in which the official account posts."""
    return make.group(
        unit=desk.neighbour,
        place=make.place(),
        name="Chủ trọ phường bạn",
        channel="zalo_oa",
        channel_address="gmf-nenh-0001",
    )


def test_no_group_takes_the_address_of_another_one_and_nobody_is_told_whose_it_is(
    client, desk, foreign
):
    mine = make.group(unit=desk.unit, place=desk.hamlet, name="Tổ 1")
    for address in (url("group-new"), url("group-edit", mine.pk)):
        answer = client.post(address, by_machine(desk, "Tổ 1 mới", " gmf-nenh-0001 "))
        page = answer.content.decode()
        assert ADDRESS_TAKEN in page
        assert foreign.name not in page
        assert foreign.unit.name not in page
    assert Group.objects.get(channel_address="gmf-nenh-0001") == foreign
    # On another channel, or of a group that is out of use, it is nobody's.
    client.post(url("group-new"), by_machine(desk, "Tổ 2") | {"channel": "sandbox"})
    Group.objects.filter(pk=foreign.pk).update(is_active=False)
    client.post(url("group-new"), by_machine(desk, "Tổ 3"))
    assert Group.objects.filter(unit=desk.unit, channel_address="gmf-nenh-0001").count() == 2


def test_a_group_out_of_use_comes_back_only_while_its_address_is_free(client, desk, foreign):
    mine = make.group(
        unit=desk.unit,
        place=desk.hamlet,
        channel="zalo_oa",
        channel_address="gmf-nenh-0001",
        is_active=False,
    )
    page = client.post(url("group-active", mine.pk), follow=True).content.decode()
    assert ADDRESS_TAKEN in page
    assert foreign.name not in page
    mine.refresh_from_db()
    assert not mine.is_active
    assert not Entry.objects.filter(action="group.taken_back").exists()
    # The rest of it may be corrected meanwhile.
    client.post(url("group-edit", mine.pk), by_machine(desk, mine.name, member_count="7"))
    mine.refresh_from_db()
    assert mine.member_count == 7


def test_of_two_forms_at_once_the_second_reads_the_same_sentence(
    client, desk, foreign, monkeypatch
):
    """The other group comes between the look for it and the saving."""
    monkeypatch.setattr(group_queries, "addresses_in_use", dict)
    mine = make.group(unit=desk.unit, place=desk.hamlet, name="Tổ 1")
    for address in (url("group-new"), url("group-edit", mine.pk)):
        answer = client.post(address, by_machine(desk, "Tổ 1 mới"))
        assert answer.status_code == 200
        assert ADDRESS_TAKEN in answer.content.decode()
    assert not Entry.objects.filter(action__startswith="group.").exists()


def test_when_a_group_got_its_address_is_known(client, desk):
    before = times.now()
    client.post(url("group-new"), group_data(desk))
    group = Group.objects.get()
    assert group.address_changed_at is None
    client.post(url("group-edit", group.pk), by_machine(desk, group.name))
    group.refresh_from_db()
    since = group.address_changed_at
    assert since >= before
    client.post(url("group-edit", group.pk), by_machine(desk, group.name, member_count="9"))
    group.refresh_from_db()
    assert (group.member_count, group.address_changed_at) == (9, since)


def test_of_groups_that_shared_an_address_the_migration_leaves_the_first_in_use(desk, foreign):
    apart = importlib.import_module("keng.network.migrations.0014_an_address_is_one_groups")
    other = {"unit": desk.unit, "place": desk.hamlet, "channel": "zalo_oa"}
    with connection.cursor() as cursor:
        cursor.execute('DROP INDEX "group_in_use_has_its_address_alone"')
        later = make.group(**other, channel_address="gmf-nenh-0001")
        beside = make.group(**other, channel_address="gmf-nenh-0002")
        by_hand = [make.group(unit=desk.unit, place=desk.hamlet) for _ in range(2)]
        cursor.execute(apart._LATER_ONES_OUT_OF_USE)
    assert set(Group.objects.filter(is_active=True)) == {foreign, beside, *by_hand}
    later.refresh_from_db()
    assert later.channel_address == "gmf-nenh-0001"


def test_neither_place_nor_lead_of_another_desk_can_be_taken(client, desk):
    foreign = make.lead(unit=desk.neighbour)
    for wrong in ({"place": str(make.place().pk)}, {"leads": [str(foreign.pk)]}):
        client.post(url("group-new"), group_data(desk, **wrong))
    assert not Group.objects.exists()


@pytest.mark.parametrize("name", ["group-edit", "lead-edit"])
def test_what_belongs_to_another_desk_is_not_there(client, desk, name):
    group = make.group(unit=desk.neighbour, place=make.place(), name="Nhóm lạ")
    lead = make.lead(unit=desk.neighbour, name="Đầu mối lạ")
    row = group if name == "group-edit" else lead
    assert client.get(url(name, row.pk)).status_code == 404
    assert "Nhóm lạ" not in client.get(url("groups")).content.decode()
    assert "Đầu mối lạ" not in client.get(url("leads")).content.decode()


def test_the_province_chooses_for_which_desk_it_writes(desk_client, desk):
    sign_in(desk_client, make.officer(unit=desk.province))
    address = url("group-new") + f"?unit={desk.unit.pk}"
    desk_client.post(address, group_data(desk))
    assert Group.objects.get().unit == desk.unit
    stranger = make.unit()
    assert desk_client.get(url("group-new") + f"?unit={stranger.pk}").status_code == 404


def test_silent_and_leadless_groups_are_counted_and_the_sum_equals_the_list(client, desk):
    old = times.now() - datetime.timedelta(days=41)
    silent = make.group(
        unit=desk.unit, place=desk.hamlet, kind="karaoke", name="Karaoke", last_sign_at=old
    )
    make.lead(unit=desk.unit, groups=(silent,))
    make.group(unit=desk.unit, place=desk.hamlet, kind="school", name="Trường")
    page = client.get(url("groups")).content.decode()
    assert "2 nhóm; 1 nhóm im lặng trên 30 ngày; 1 nhóm chưa có đầu mối" in page
    assert "Im lặng 41 ngày" in page
    only = client.get(url("groups") + "?state=silent").content.decode()
    assert "Karaoke</a>" in only
    assert "Trường</a>" not in only
    only = client.get(url("groups") + "?state=leadless").content.decode()
    assert "Trường</a>" in only
    assert "Karaoke</a>" not in only


def test_where_a_machine_posts_nobody_is_silent(client, desk):
    old = times.now() - datetime.timedelta(days=808)
    group = make.group(unit=desk.unit, place=desk.hamlet, name="Kênh tự động", channel="sandbox")
    type(group).objects.update(created_at=old)
    page = client.get(url("groups")).content.decode()
    assert "Im lặng 808" not in page
    assert "im lặng trên 30 ngày" not in page
    assert "máy đăng ở đó" in page
    assert "Kênh tự động</a>" not in client.get(url("groups") + "?state=silent").content.decode()
    assert target_table(desk.officer).communes[0].silent == 0


@pytest.mark.parametrize(
    ("state", "names"),
    [
        ("silent", {"Im 31", "Im 61", "Im 91"}),
        ("silent60", {"Im 61", "Im 91"}),
        ("silent90", {"Im 91"}),
        ("", {"Im 29", "Im 31", "Im 61", "Im 91"}),
    ],
)
def test_silence_is_asked_for_by_its_length(client, desk, state, names):
    for days in (29, 31, 61, 91):
        sign = times.now() - datetime.timedelta(days=days)
        make.group(unit=desk.unit, place=desk.hamlet, name=f"Im {days}", last_sign_at=sign)
    page = client.get(f"{url('groups')}?state={state}").content.decode()
    assert {name for name in ("Im 29", "Im 31", "Im 61", "Im 91") if f"{name}</a>" in page} == names


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("q=tru", {"Trường"}),
        ("q=ba+mao", {"Karaoke"}),
        ("kind=school", {"Trường"}),
        ("state=retired", {"Cũ"}),
        ("state=machine", {"Máy"}),
        ("page=zzz", {"Trường", "Karaoke", "Máy"}),
    ],
)
def test_the_list_is_filtered_by_name_lead_kind_and_state(client, desk, query, names):
    make.group(unit=desk.unit, place=desk.hamlet, kind="school", name="Trường")
    karaoke = make.group(unit=desk.unit, place=desk.hamlet, kind="karaoke", name="Karaoke")
    make.lead(unit=desk.unit, groups=(karaoke,), name="Bà Mão")
    make.group(unit=desk.unit, place=desk.hamlet, name="Cũ", is_active=False)
    make.group(unit=desk.unit, place=desk.hamlet, name="Máy", channel="sandbox")
    page = client.get(f"{url('groups')}?{query}").content.decode()
    assert {name for name in ("Trường", "Karaoke", "Cũ", "Máy") if f"{name}</a>" in page} == names


def test_a_place_filter_includes_what_is_inside(client, desk):
    make.group(unit=desk.unit, place=desk.hamlet, name="Trong thôn")
    page = client.get(f"{url('groups')}?place={desk.place.pk}").content.decode()
    assert "Trong thôn" in page


def test_a_lead_is_written_down_with_consent_and_gets_a_link(client, desk):
    group = make.group(unit=desk.unit, place=desk.hamlet)
    answer = client.post(url("lead-new"), lead_data(groups=[str(group.pk)]))
    lead = Lead.objects.get()
    assert list(lead.groups.all()) == [group]
    assert lead_url(lead) not in client.get(answer.url).content.decode()
    assert lead_url(lead) in client.post(url("lead-link-show", lead.pk)).content.decode()


@pytest.mark.parametrize(
    "wrong", [{"consented_on": ""}, {"consented_on": "2999-01-01"}, {"name": ""}]
)
def test_without_consent_there_is_no_lead(client, wrong):
    client.post(url("lead-new"), lead_data(**wrong))
    assert not Lead.objects.exists()


def test_nobody_stands_above_themselves(client, desk):
    head = make.lead(unit=desk.unit, name="A")
    middle = make.lead(unit=desk.unit, name="B", above=head)
    low = make.lead(unit=desk.unit, name="C", above=middle)
    page = client.post(
        url("lead-edit", head.pk), lead_data(name="A", above=str(low.pk))
    ).content.decode()
    head.refresh_from_db()
    assert head.above is None
    assert "đang ở cấp trên" in page


def test_a_new_link_is_another_one_and_the_old_one_is_dead(client, desk):
    lead = make.lead(unit=desk.unit)
    old = lead_token(lead)
    client.post(url("lead-link", lead.pk))
    lead.refresh_from_db()
    assert lead_by_token(old) is None
    assert lead_by_token(lead_token(lead)) == lead
    assert Entry.objects.filter(action="lead.link_reissued").exists()


def test_a_lead_who_stops_has_no_link(client, desk):
    lead = make.lead(unit=desk.unit)
    client.post(url("lead-stop", lead.pk))
    assert "/relay/" not in client.get(url("lead-edit", lead.pk)).content.decode()


def test_the_tree_of_leads_is_shown_in_its_order(client, desk):
    head = make.lead(unit=desk.unit, name="Z hiệu trưởng")
    make.lead(unit=desk.unit, name="Y giáo viên", above=head)
    make.lead(unit=desk.unit, name="A khác")
    page = client.get(url("leads")).content.decode()
    assert page.index("A khác") < page.index("Z hiệu trưởng") < page.index("Y giáo viên")


def test_subscriptions_are_only_counted_and_their_sums_balance(client, desk):
    make.subscription(places=(desk.hamlet,))
    make.subscription(places=(desk.hamlet, desk.place), confirmed_at=None)
    make.subscription(places=(desk.place,), stopped_at=times.now())
    make.subscription(places=(make.place(),))
    page = client.get(url("subscriptions")).content.decode()
    assert "1 người đang nhận cảnh báo" in page
    assert "@" not in page.split("<main")[1]
    total = page.partition('<tr class="total-row">')[2].partition("</tr>")[0]
    assert re.findall(r'<td class="number"[^>]*>(\d+)</td>', total) == ["1", "1", "1", "3"]


@pytest.mark.parametrize("name", ["groups", "leads"])
def test_the_lists_ask_few_questions(client, desk, django_assert_max_num_queries, name):
    for _ in range(5):
        group = make.group(unit=desk.unit, place=desk.hamlet)
        make.lead(unit=desk.unit, groups=(group,))
    with django_assert_max_num_queries(14):
        client.get(url(name))


def test_a_leads_link_stands_on_no_page_until_it_is_asked_for_and_then_on_record(client, desk):
    lead = make.lead(unit=desk.unit)
    for page in (url("lead-edit", lead.pk), url("leads"), url("groups")):
        assert "/relay/" not in client.get(page).content.decode()
    assert client.get(url("lead-link-show", lead.pk)).status_code == 405
    assert not Entry.objects.filter(action="lead.link_shown").exists()
    for _ in range(2):
        assert lead_url(lead) in client.post(url("lead-link-show", lead.pk)).content.decode()
    assert Entry.objects.filter(action="lead.link_shown", object_id=str(lead.pk)).count() == 2


def test_whoever_only_reads_and_another_desk_never_see_a_leads_link(desk_client, desk):
    lead = make.lead(unit=desk.unit)
    for officer in (
        make.officer(unit=desk.unit, role="auditor"),
        make.officer(unit=make.unit()),
    ):
        sign_in(desk_client, officer)
        answer = desk_client.post(url("lead-link-show", lead.pk))
        assert answer.status_code in {403, 404}
        assert "/relay/" not in answer.content.decode()
    assert not Entry.objects.filter(action="lead.link_shown").exists()


def test_a_lead_who_takes_no_part_has_no_link_to_show(client, desk):
    lead = make.lead(unit=desk.unit, stopped_at=times.now())
    assert client.post(url("lead-link-show", lead.pk)).status_code == 302
    assert not Entry.objects.filter(action="lead.link_shown").exists()


def test_the_sites_key_without_the_secret_of_the_row_gives_no_link(desk):
    one = make.lead(unit=desk.unit)
    same_row = Lead(pk=one.pk, link_version=one.link_version, link_secret=b"")
    assert lead_token(one) != lead_token(same_row)
    assert lead_by_token(lead_token(same_row)) is None


def test_a_link_from_before_there_were_secrets_goes_on_until_a_new_one_is_given(client, desk):
    lead = make.lead(unit=desk.unit, link_secret=b"")
    old = lead_token(lead)
    assert lead_by_token(old) == lead
    client.post(url("lead-link", lead.pk))
    lead.refresh_from_db()
    assert lead_by_token(old) is None
    assert lead_by_earlier_token(old) == lead
    assert lead_by_token(lead_token(lead)) == lead


def test_each_new_link_has_a_new_secret_and_the_old_ones_are_known_as_replaced(client, desk):
    lead = make.lead(unit=desk.unit)
    tokens, found = [], set()
    for _ in range(3):
        lead.refresh_from_db()
        tokens.append(lead_token(lead))
        found.add(bytes(lead.link_secret))
        client.post(url("lead-link", lead.pk))
    lead.refresh_from_db()
    assert len(found) == 3
    assert [lead_by_token(token) for token in tokens] == [None] * 3
    assert [lead_by_earlier_token(token) for token in tokens] == [lead] * 3
    assert not [token for token in tokens if token in str(lead.ended_links)]
