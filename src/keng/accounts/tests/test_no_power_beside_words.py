"""Whoever audits or administers gets no post that reads tips from one administrator alone."""

import datetime

import pytest

from keng.accounts import actions, requesting
from keng.accounts.models import Notice, OfficerRequest, Post
from keng.accounts.tests.stage import Stage, able, code_of, url
from keng.conftest import sign_in
from keng.kit import times
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    return Stage()


def people_told(act):
    return set(Notice.objects.filter(act=act).values_list("officer", flat=True))


def duty_at(unit):
    return {"unit": unit.pk, "role": "duty", "valid_from": times.local_date(times.now())}


@pytest.mark.parametrize("role", ["auditor", "data_protection", "administrator"])
def test_one_administrator_alone_lets_none_of_these_read_tips(desk_client, stage, role):
    watcher = able(unit=stage.province, role=role)
    tip = make.tip(unit=stage.ward)
    sign_in(desk_client, stage.admin)
    answer = desk_client.post(url("officer", watcher.pk), duty_at(stage.ward))
    asked = OfficerRequest.objects.get()
    assert answer["Location"] == url("officer-request", asked.pk)
    assert watcher.posts.count() == 1
    sign_in(desk_client, watcher)
    assert desk_client.get(url("tip", tip.pk)).status_code in {403, 404}
    sign_in(desk_client, stage.commander)
    desk_client.post(url("officer-request-agree", asked.pk), {"code": code_of(stage.commander)})
    assert watcher.posts.filter(unit=stage.ward, role="duty").exists()


@pytest.mark.parametrize("days", [1, 89])
def test_ending_the_other_post_first_opens_no_way_round(stage, days):
    watcher = able(unit=stage.province, role=Post.Role.AUDITOR)
    today = times.local_date(times.now())
    watcher.posts.update(valid_to=today - datetime.timedelta(days=days))
    with pytest.raises(actions.NeedsTwoPeople):
        actions.add_post(
            watcher.pk, unit_id=stage.ward.pk, role="duty", valid_from=today, by=stage.admin
        )


def test_after_90_days_one_administrator_gives_it_again(stage):
    once = able(unit=stage.province, role=Post.Role.AUDITOR)
    today = times.local_date(times.now())
    once.posts.update(valid_to=today - datetime.timedelta(days=91))
    assert actions.add_post(
        once.pk, unit_id=stage.ward.pk, role="duty", valid_from=today, by=stage.admin
    )


def test_a_post_that_begins_tomorrow_counts_today(stage):
    coming = able(unit=stage.ward)
    today = times.local_date(times.now())
    make.post(
        coming,
        unit=stage.province,
        role=Post.Role.AUDITOR,
        valid_from=today + datetime.timedelta(days=1),
    )
    with pytest.raises(actions.NeedsTwoPeople):
        actions.add_post(
            coming.pk, unit_id=stage.ward.pk, role="duty", valid_from=today, by=stage.admin
        )


def test_what_one_administrator_gives_is_told_to_the_person_and_the_desks_commander(
    desk_client, stage
):
    other_ward = make.unit(parent=stage.province)
    chief = able(unit=other_ward, role=Post.Role.COMMANDER)
    sign_in(desk_client, stage.admin)
    desk_client.post(url("officer", stage.officer.pk), duty_at(other_ward))
    assert people_told("post_add") == {stage.officer.pk, chief.pk}
    sign_in(desk_client, chief)
    page = desk_client.get(url("inbox")).content.decode()
    assert "thêm một vị trí công tác" in page


def test_a_post_that_two_gave_is_told_to_the_auditors_and_coordinators_of_the_province(stage):
    watcher = able(unit=stage.province, role=Post.Role.AUDITOR)
    auditor = able(unit=stage.province, role=Post.Role.AUDITOR)
    guard = able(unit=stage.province, role=Post.Role.DATA_PROTECTION)
    coordinator = able(unit=stage.province, role=Post.Role.COORDINATOR)
    far = able(unit=make.province_unit(), role=Post.Role.AUDITOR)
    asked = requesting.ask_for_post(
        watcher.pk,
        unit_id=stage.ward.pk,
        role="duty",
        valid_from=times.local_date(times.now()),
        by=stage.admin,
    )
    requesting.agree_to_request(asked.pk, by=stage.commander)
    told = people_told("agreed")
    assert {watcher.pk, auditor.pk, guard.pk, coordinator.pk, stage.chief.pk} <= told
    assert far.pk not in told
