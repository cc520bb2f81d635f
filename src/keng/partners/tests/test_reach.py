"""A partner's reach: which openings are counted, what is told of them, and who reads it."""

import datetime

import pytest
from django.db import DatabaseError, connection

from keng.accounts.models import PartnerMember
from keng.acts.errors import NotAllowed
from keng.kit import times
from keng.limits.models import LimitCount
from keng.partners.actions.reach_acts import count_opening, forget_reach, note_passed_on
from keng.partners.actions.sharing import note_kit_share
from keng.partners.models import KitShare, ReachDay
from keng.partners.public.count_openings import opening_limit
from keng.partners.reach import DAYS_KEPT, reach_of
from keng.partners.reach_links import partner_id_of, reach_links, slug_of, via_query
from keng.partners.tests.stage import Stage, signed_in
from keng.warnings.tests.ward import Ward
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    """A partner of one commune, one of the whole province, and a warning that holds there."""
    made, ward = Stage(), Ward()
    made.place = made.partner.place = ward.place
    made.partner.save()
    made.other_place = make.place("Xã Đồng Việt", parent=ward.province_place)
    made.tinh = made.invited(name="Tỉnh đoàn", username="an", place=ward.province_place).member
    made.version = ward.published()
    made.address = f"/w/{made.version.verify_code.code}"
    return made


def counted():
    """How often, by commune and kind."""
    rows = ReachDay.objects.values_list("place__full_name", "kind", "opened")
    return {(name or "", kind): opened for name, kind, opened in rows}


def keep(partner, place, opened, *, days_ago=1, kind="warning"):
    day = times.local_date(times.now()) - datetime.timedelta(days=days_ago)
    ReachDay.objects.create(partner=partner, place=place, day=day, kind=kind, opened=opened)


def test_each_opening_by_a_partners_link_counts_once_for_its_commune(public_client, stage):
    link = stage.address + via_query(stage.partner, stage.place)
    for _ in range(2):
        assert public_client.get(link).status_code == 200
    assert public_client.get(stage.address + via_query(stage.partner)).status_code == 200
    assert counted() == {("", "warning"): 1, (stage.place.full_name, "warning"): 2}
    assert ReachDay.objects.first().day == times.local_date(times.now())


def test_what_nobody_opened_or_no_link_of_a_partner_names_is_not_counted(public_client, stage):
    link = stage.address + via_query(stage.partner)
    public_client.head(link)
    public_client.get(link, headers={"user-agent": "facebookexternalhit/1.1"})
    public_client.get(link, headers={"sec-purpose": "prefetch"})
    public_client.get("/w/AAAA-BBBB" + via_query(stage.partner))
    public_client.get("/warnings" + via_query(stage.partner))
    unknown = ("", ".", "x", "%C3", "A" * 22, "A" * 5000, "\u1ec7")
    assert {public_client.get(f"{stage.address}?via={via}").status_code for via in unknown} == {200}
    stage.partner.is_active = False
    stage.partner.save()
    public_client.get(link)
    assert not ReachDay.objects.exists()


def test_a_commune_where_the_partner_does_not_work_is_none(public_client, stage):
    public_client.get(stage.address + via_query(stage.partner, stage.other_place))
    assert counted() == {("", "warning"): 1}


def test_one_network_makes_no_number_large(public_client, stage):
    link = stage.address + via_query(stage.partner)
    answers = [public_client.get(link).status_code for _ in range(opening_limit.at_once + 5)]
    assert set(answers) == {200}
    assert counted() == {("", "warning"): opening_limit.at_once}
    assert LimitCount.objects.exists()


def test_only_days_that_are_over_are_told_and_in_fives(stage):
    partner = stage.tinh.partner
    keep(partner, stage.place, 13)
    keep(partner, stage.place, 90, days_ago=0)
    keep(partner, stage.other_place, 4, kind="lesson")
    keep(partner, None, 7, days_ago=8)
    keep(stage.partner, stage.place, 50)
    reach = reach_of(partner, 30)
    opened = {row.name: row.opened for row in reach.communes}
    assert opened[stage.place.full_name] == 10
    assert opened[stage.other_place.full_name] is None
    assert (reach.unnamed.opened, reach.opened) == (5, 15)
    assert [row.opened for row in reach.kinds] == [20, None, None, None]
    assert [row.opened for row in reach.days] == [15, 5]
    assert reach_of(partner, 7).unnamed.opened is None


def test_groups_are_said_of_a_commune_and_told_by_it(public_client, stage):
    signed_in(public_client, stage.tinh)
    for code, groups in (("", 2), (stage.place.code, 3), (stage.place.code, 4)):
        sent = {"version": str(stage.version.pk), "groups": groups, "place": code}
        assert public_client.post("/partner/kit/", sent).status_code == 303
    KitShare.objects.update(shared_at=times.now() - datetime.timedelta(days=1))
    reach = reach_of(stage.tinh.partner, 7)
    groups = {row.name: row.groups for row in reach.communes}
    assert groups[stage.place.full_name] == 4
    assert (reach.unnamed.groups, reach.groups) == (2, 6)
    wrong = {"version": str(stage.version.pk), "groups": 9, "place": "khong-co"}
    answer = public_client.post("/partner/kit/", wrong)
    assert answer.status_code == 422
    assert 'value="9" aria-invalid="true"' in answer.content.decode()
    with pytest.raises(NotAllowed):
        note_kit_share(stage.version.pk, groups=1, place=stage.other_place, by=stage.thu)


def test_lessons_and_surveys_are_said_to_be_passed_on_by_commune_and_kind(public_client, stage):
    signed_in(public_client, stage.tinh)
    here, page = stage.place, "/partner/reach/"
    for kind, groups, code in (
        ("lesson", 3, here.code),
        ("lesson", 4, here.code),
        ("survey", 2, here.code),
        ("lesson", 1, ""),
    ):
        sent = {"kind": kind, "groups": groups, "place": code}
        assert public_client.post(page, sent).status_code == 303
    note_kit_share(stage.version.pk, groups=5, place=here, by=stage.tinh)
    assert reach_of(stage.tinh.partner, 7).groups == 0
    assert f"Bài học, {here.full_name}: 4 nhóm" in public_client.get(page).content.decode()
    ReachDay.objects.update(day=times.local_date(times.now()) - datetime.timedelta(days=1))
    KitShare.objects.update(shared_at=times.now() - datetime.timedelta(days=1))
    reach = reach_of(stage.tinh.partner, 7)
    groups = {row.name: row.groups for row in reach.communes}
    assert (groups[here.full_name], groups[stage.other_place.full_name]) == (11, 0)
    assert (reach.unnamed.groups, reach.groups, reach.opened) == (1, 12, None)
    assert [row.groups for row in reach.kinds] == [5, 5, 0, 2]
    wrong = public_client.post(page, {"kind": "warning", "groups": "0", "place": here.code})
    assert wrong.status_code == 422
    assert 'value="0"' in wrong.content.decode()
    for kind, place in (("lesson", stage.other_place), ("warning", here)):
        with pytest.raises(NotAllowed):
            note_passed_on(ReachDay.Kind(kind), groups=1, place=place, by=stage.thu)


def test_a_partner_of_one_commune_is_not_asked_for_it(public_client, stage):
    signed_in(public_client, stage.thu)
    public_client.post("/partner/kit/", {"version": str(stage.version.pk), "groups": "3"})
    assert KitShare.objects.get().place == stage.place
    page = public_client.get("/partner/kit/").content.decode()
    assert stage.address + via_query(stage.partner, stage.place) in page
    public_client.post("/partner/reach/", {"kind": "survey", "groups": "6"})
    assert ReachDay.objects.get().place == stage.place
    page = public_client.get("/partner/reach/").content.decode()
    assert "id_groups" in page
    assert 'id="id_place"' not in page


def test_members_read_their_own_reach_and_the_links_that_count(public_client, stage):
    keep(stage.tinh.partner, stage.place, 27)
    keep(stage.partner, stage.place, 55)
    signed_in(public_client, stage.tinh)
    page = public_client.get(f"/partner/reach/?days=30&place={stage.place.code}").content.decode()
    assert "25" in page
    assert "55" not in page.replace(stage.place.code, "").split("</table>")[0].split("<tbody>")[1]
    link = stage.address + via_query(stage.tinh.partner, stage.place)
    assert link in page
    assert public_client.get("/partner/reach/?days=abc&place=x").status_code == 200


def test_links_lead_to_what_is_passed_on_and_name_the_partner(stage):
    (link,) = reach_links(stage.partner, stage.place)
    assert link.address.endswith(stage.address + via_query(stage.partner, stage.place))
    assert partner_id_of(slug_of(stage.partner)) == stage.partner.pk


@pytest.mark.parametrize("process", ["desk", "public", "edge", "sender"])
def test_no_process_reads_it_but_in_the_role_of_partners(stage, become, process):
    keep(stage.partner, stage.place, 9)
    become(process)
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT opened FROM partners_reachday")


def test_the_public_site_counts_and_reads_with_its_own_rights(stage, become):
    become("public")
    for _ in range(2):
        count_opening(stage.partner, stage.place, ReachDay.Kind.LESSON)
    member = PartnerMember.objects.get(pk=stage.thu.pk)
    note_passed_on(ReachDay.Kind.LESSON, groups=3, place=stage.place, by=member)
    assert reach_of(member.partner, 7).opened is None
    become("owner")
    assert ReachDay.objects.get().groups == 3
    assert counted() == {(stage.place.full_name, "lesson"): 2}


def test_days_go_after_four_hundred(stage, become):
    keep(stage.partner, stage.place, 9, days_ago=DAYS_KEPT)
    keep(stage.partner, stage.place, 9, days_ago=DAYS_KEPT + 1)
    become("worker")
    assert forget_reach() == 1
    become("owner")
    assert ReachDay.objects.count() == 1
