"""Pledges: teachers count through secret links, and no pupil is anywhere."""

import datetime
import re

import pytest
from django.db import models
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.kit import times
from keng.kit.small_counts import FEWEST_SHOWN
from keng.lessons import pledge_queries
from keng.lessons.actions import pledge_acts
from keng.lessons.class_links import class_of_token, class_token
from keng.lessons.models import Campaign, SchoolClass
from keng.lessons.schools import schools_of
from keng.lessons.small_cells import merge_small_cells
from keng.lessons.tests.world import Desk
from keng.places.models import Place
from tests import make

pytestmark = pytest.mark.django_db


class School:
    """A head teacher with classes in a commune below the province's desk."""

    def __init__(self, desk, position="Hiệu trưởng tiểu học Thử", classes=("4A", "4B")):
        self.place = make.place()
        self.unit = make.unit(parent=desk.unit, serves=self.place)
        self.head = make.lead(unit=self.unit, position=position)
        for name in classes:
            group = make.group(unit=self.unit, place=self.place, name=name, kind="school")
            make.lead(
                unit=self.unit, groups=(group,), position=f"Chủ nhiệm {name}", above=self.head
            )


@pytest.fixture
def desk():
    return Desk()


def campaign(desk, *, published=True, days=(0, 7)):
    today = times.local_date(times.now())
    made = pledge_acts.open_campaign(
        {"vi": {"title": "Không đọc mã OTP", "pledge": ["Em không đọc mã cho ai."]}},
        purpose="children",
        days=tuple(today + datetime.timedelta(days=n) for n in days),
        schools=[school.key for school in schools_of(desk.unit)],
        by=desk.writer,
    )
    return desk.publish(made) if published else made


def test_schools_come_from_the_groups_of_classes_and_their_head(desk):
    School(desk)
    School(desk, position="Hiệu trưởng", classes=("5A",))
    make.group(unit=desk.unit, place=make.place(), kind="school")
    found = schools_of(desk.unit)
    assert {len(school.classes) for school in found} == {1, 2}
    assert "Tiểu học Thử" in {school.label for school in found}


def test_a_teacher_counts_through_the_link_and_corrects_it(desk, public_client):
    School(desk)
    made = campaign(desk)
    one = made.classes.first()
    address = f"/pledge/{class_token(one)}"
    assert public_client.get(address).status_code == 200
    one.refresh_from_db()
    assert one.counted_at is None
    for pledged in ("30", "31"):
        answer = public_client.post(address, {"pupils": "34", "pledged": pledged})
        assert answer.status_code == 303
    one.refresh_from_db()
    assert (one.pupils, one.pledged) == (34, 31)
    acts = Entry.objects.filter(object_kind="schoolclass").order_by("seq")
    assert [(act.action, act.actor_kind) for act in acts] == [
        ("pledge.counted", "lead"),
        ("pledge.corrected", "lead"),
    ]


@pytest.mark.parametrize(
    "sent",
    [
        {"pupils": "30", "pledged": "31"},
        {"pupils": "61", "pledged": "1"},
        {},
        {"pupils": "x", "pledged": "-1"},
    ],
)
def test_numbers_that_cannot_be_are_asked_again(desk, public_client, sent):
    School(desk)
    one = campaign(desk).classes.first()
    answer = public_client.post(f"/pledge/{class_token(one)}", sent)
    assert answer.status_code == 422
    assert 'id="problem"' in answer.content.decode()


def test_a_link_opens_nothing_before_publication_and_counts_nothing_after_the_end(
    desk, public_client
):
    School(desk)
    one = campaign(desk, published=False).classes.first()
    assert public_client.get(f"/pledge/{class_token(one)}").status_code == 404
    over = campaign(desk, days=(-9, -2)).classes.first()
    public_client.post(f"/pledge/{class_token(over)}", {"pupils": "30", "pledged": "20"})
    over.refresh_from_db()
    assert over.pledged is None
    with pytest.raises(pledge_acts.NotCounting):
        pledge_acts.count_pledges(over, pupils=30, pledged=20)


def test_another_link_ends_the_one_before(desk, desk_client, public_client, settings):
    School(desk)
    one = campaign(desk).classes.first()
    old = class_token(one)
    pledge_acts.renew_class_link(one.pk, by=desk.second)
    one.refresh_from_db()
    assert public_client.get(f"/pledge/{old}").status_code == 404
    assert public_client.get(f"/pledge/{class_token(one)}").status_code == 200
    assert public_client.get(f"/pledge/{old[:-2]}xx").status_code == 404


def test_the_sites_key_without_the_secret_of_the_row_gives_no_link(desk):
    School(desk)
    one = campaign(desk).classes.first()
    same_row = SchoolClass(pk=one.pk, link_version=one.link_version, link_secret=b"")
    assert class_token(one) != class_token(same_row)
    assert class_of_token(class_token(same_row)) is None
    assert class_of_token(class_token(one)) == one


def test_a_link_from_before_there_were_secrets_goes_on_until_a_new_one_is_given(desk):
    School(desk)
    one = campaign(desk).classes.first()
    SchoolClass.objects.update(link_secret=b"")
    one.refresh_from_db()
    old = class_token(one)
    assert class_of_token(old) == one
    pledge_acts.renew_class_link(one.pk, by=desk.second)
    assert class_of_token(old) is None
    secrets = set()
    for _ in range(2):
        one.refresh_from_db()
        secrets.add(bytes(one.link_secret))
        pledge_acts.renew_class_link(one.pk, by=desk.second)
    assert len(secrets) == 2
    assert b"" not in secrets


def test_the_public_reads_no_class_and_no_count_below_five(desk, public_client):
    School(desk, classes=("4A",))
    School(desk, position="Hiệu trưởng tiểu học Nhỏ", classes=("1A",))
    made = campaign(desk)
    for one in made.classes.all():
        small = one.school.endswith("Nhỏ")
        pledge_acts.count_pledges(one, pupils=30, pledged=3 if small else 27)
    page = public_client.get(reverse("pledge-public", args=[made.slug])).content.decode()
    assert "<b>30</b>" in page
    assert "Nhỏ" not in page
    assert ">27<" not in page
    assert ">3<" not in page
    # A secret of the page may have any letters.
    assert "4A" not in re.sub(r"<[^>]*>", "", page)


def test_the_desk_sees_the_counts_and_the_links(desk, desk_client):
    School(desk)
    made = campaign(desk)
    one = made.classes.first()
    pledge_acts.count_pledges(one, pupils=30, pledged=27)
    sign_in(desk_client, desk.second)
    page = desk_client.get(f"/lessons/pledges/{made.pk}/").content.decode()
    assert class_token(one) in page
    assert "27" in page


def test_no_table_of_a_campaign_has_room_for_a_pupil():
    texts = [
        field.name
        for model in (Campaign, SchoolClass)
        for field in model._meta.get_fields()
        if isinstance(field, models.CharField | models.TextField)
    ]
    assert sorted(texts) == ["purpose", "returned_reason", "school", "slug"]


@given(st.lists(st.integers(0, 60), max_size=12))
def test_cells_are_large_and_add_up_or_are_none(counts):
    rows = [(f"{n}", count) for n, count in enumerate(counts)]
    cells = merge_small_cells(rows)
    assert all(cell.count >= FEWEST_SHOWN for cell in cells)
    labels = [label for cell in cells for label in cell.labels]
    assert len(labels) == len(set(labels))
    if cells:
        assert sum(cell.count for cell in cells) == sum(counts)
    else:
        assert sum(counts) < FEWEST_SHOWN


def test_schools_of_a_commune_add_up_to_it(desk):
    School(desk)
    made = campaign(desk)
    for one in made.classes.all():
        pledge_acts.count_pledges(one, pupils=20, pledged=10)
    counts = pledge_queries.participation_in(made)
    assert counts.pledged == 20
    assert [(cell.count, [s.count for s in schools]) for cell, schools in counts.rows] == [
        (20, [20])
    ]
    assert Place.objects.filter(full_name=counts.communes[0].label).exists()
