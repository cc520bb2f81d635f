"""An account is closed with the six digits, not quietly, and the last auditor's not at all."""

import datetime

import pytest

from keng.accounts import actions, closing
from keng.accounts.models import Notice, Officer, Post
from keng.accounts.tests.stage import Stage, able, code_of, url
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.kit import times
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    return Stage()


def auditor_of(unit):
    return able(unit=unit, role=Post.Role.AUDITOR)


def is_open(officer):
    return Officer.objects.get(pk=officer.pk).is_active


def people_told(act):
    return set(Notice.objects.filter(act=act).values_list("officer", flat=True))


def test_a_session_alone_closes_nobody(desk_client, stage):
    sign_in(desk_client, stage.admin)
    there = url("officer-close", stage.officer.pk)
    for sent in ({}, {"code": ""}, {"code": "000000"}):
        assert desk_client.post(there, sent).status_code == 422
        assert is_open(stage.officer)
    assert not Entry.objects.filter(action="officer.account_closed").exists()
    assert desk_client.post(there, {"code": code_of(stage.admin)}).status_code == 302
    assert not is_open(stage.officer)


def test_the_last_auditor_is_not_closed_until_another_can_sign_in(desk_client, stage):
    auditor = auditor_of(stage.province)
    # Neither one who never set up nor one of another province watches in their place.
    make.officer(unit=stage.province, role=Post.Role.AUDITOR)
    auditor_of(make.province_unit())
    sign_in(desk_client, stage.admin)
    there = url("officer-close", auditor.pk)
    code = code_of(stage.admin)
    page = desk_client.post(there, {"code": code}, follow=True).content.decode()
    assert "người kiểm tra, giám sát khác" in page
    assert is_open(auditor)
    auditor_of(stage.province)
    # What could not be done has not used the code up.
    assert desk_client.post(there, {"code": code}).status_code == 302
    assert not is_open(auditor)


def test_nor_does_one_person_end_the_last_auditors_post(desk_client, stage):
    auditor = auditor_of(stage.province)
    post = auditor.posts.get()
    with pytest.raises(closing.LastAuditor):
        actions.end_post(post.pk, by=stage.admin)
    sign_in(desk_client, stage.admin)
    page = desk_client.post(url("post-end", post.pk), follow=True).content.decode()
    assert "người kiểm tra, giám sát khác" in page
    auditor_of(stage.province)
    actions.end_post(post.pk, by=stage.admin)
    assert post.pk not in set(Post.objects.current().values_list("pk", flat=True))


def test_an_auditors_post_that_was_over_anyway_is_no_last_auditors(stage):
    auditor = auditor_of(stage.province)
    yesterday = times.local_date(times.now()) - datetime.timedelta(days=1)
    auditor.posts.update(valid_to=yesterday)
    with pytest.raises(actions.PostOver):
        actions.end_post(auditor.posts.get().pk, by=stage.admin)


def test_a_wards_auditor_may_go_where_the_province_has_one(stage):
    local = auditor_of(stage.ward)
    with pytest.raises(closing.LastAuditor):
        closing.close_account(local.pk, by=stage.admin)
    auditor_of(stage.province)
    closing.close_account(local.pk, by=stage.admin)
    assert not is_open(local)


def test_a_closing_is_told_beyond_the_administrators(stage):
    watching = [
        able(unit=stage.province, role=role)
        for role in ("auditor", "data_protection", "coordinator")
    ]
    closing.close_account(stage.officer.pk, by=stage.admin)
    assert people_told("closed") == {stage.chief.pk, *(each.pk for each in watching)}


def test_the_end_of_an_auditor_is_told_to_every_commander_in_their_sight(stage):
    auditor, left = auditor_of(stage.province), auditor_of(stage.province)
    other_chief = able(unit=make.unit(parent=stage.province), role=Post.Role.COMMANDER)
    far_chief = able(unit=make.unit(), role=Post.Role.COMMANDER)
    closing.close_account(auditor.pk, by=stage.admin)
    told = people_told("closed")
    assert {left.pk, stage.commander.pk, stage.chief.pk, other_chief.pk} <= told
    assert far_chief.pk not in told
    assert auditor.pk not in told


def test_the_end_of_an_auditors_post_is_told_as_widely(stage):
    auditor, left = auditor_of(stage.province), auditor_of(stage.province)
    actions.end_post(auditor.posts.get().pk, by=stage.admin)
    assert {auditor.pk, left.pk, stage.commander.pk, stage.chief.pk} <= people_told("post_end")


def test_the_desks_own_role_does_both(stage, become):
    auditor = auditor_of(stage.province)
    auditor_of(stage.province)
    third = auditor_of(stage.province)
    become("desk")
    actions.end_post(auditor.posts.get().pk, by=stage.admin)
    closing.close_account(third.pk, by=stage.admin)
