"""Partners, questions, meetings and channels of the demo: made by the product's own actions."""

import pytest
from django.db import connection

from keng.accounts import partner_signing
from keng.accounts.guessing import TryOrigin
from keng.accounts.models import Partner, PartnerMember
from keng.audit import verify
from keng.community.models import Meeting, OfficialChannel, Question
from keng.lessons.queries import public_editions
from keng.partner_inbox.models import InboxMatter
from keng.partners.models import Article, KitRequest
from keng.runtime.roles import without_inheriting
from keng.surveys.queries import open_partner_surveys
from keng_dev.demo.province import front
from keng_dev.demo.province.beside import load
from keng_dev.demo.territory import PROVINCE_CODE, WARD_CODE
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def units(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    province = make.province_unit("Công an tỉnh")
    place = make.place("Phường Nếnh", code=WARD_CODE)
    ward = make.unit("Công an phường Nếnh", parent=province, serves=place, desk_phone="0204")
    for name, unit, role in (
        ("lan", ward, "duty"),
        ("mai", province, "coordinator"),
        ("quan", province, "duty"),
        ("admin", province, "administrator"),
    ):
        officer = make.officer(unit=unit, role=role)
        officer.username = name
        officer.save()
    return {WARD_CODE: ward, PROVINCE_CODE: province}


def test_the_whole_demo_has_one_of_each_kind_and_every_chain_holds(units):
    load(units, whole=True)
    kinds = set(Partner.objects.values_list("kind", flat=True))
    assert kinds == {"youth_union", "front", "newspaper", "person"}
    assert Article.objects.filter(released_at=None).count() == 1
    assert {edition.lesson.collection.owner for edition in public_editions()} == {
        "Đoàn Thanh niên phường Nếnh (mẫu)"
    }
    assert Article.objects.public().filter(released_by_officer__isnull=False).count() == 1
    assert set(Question.objects.values_list("state", flat=True)) == {"waiting", "answered"}
    assert not Question.objects.exclude(state="waiting").exclude(text="").exists()
    assert Meeting.objects.count() == 2
    assert OfficialChannel.objects.count() == 4
    assert KitRequest.objects.get().decided_at is None
    assert list(verify.chain_faults()) == []


def test_the_front_has_an_open_inbox_and_a_survey_of_its_own(units):
    printed = {who.username: who.part for who in load(units, whole=False)}
    assert "the inbox opens with: " in printed["mttq.hanh"]
    assert "opens with" not in printed["mttq.loi"]
    states = InboxMatter.objects.values_list("consent", "waits_for_partner", "passed_to")
    assert len(set(states)) == len(states) == 3
    assert {passed_to for _consent, _waits, passed_to in states} == {None}
    (survey,) = open_partner_surveys()
    assert survey.asked_by == "Ủy ban Mặt trận phường Nếnh (mẫu)"
    assert "mẫu" in survey.words.title


def test_every_partner_signs_in_with_what_is_printed(units):
    printed = load(units, whole=True)
    assert {who.username for who in printed} == set(
        PartnerMember.objects.values_list("username", flat=True)
    )
    for who in printed:
        origin = TryOrigin("203.0.113.0/24")
        assert partner_signing.check_member_password(who.username, who.password, origin=origin)
    assert not PartnerMember.objects.filter(must_choose_password=True).exists()


def test_the_small_demo_has_a_few(units):
    load(units, whole=False)
    assert Partner.objects.count() == 3
    assert Question.objects.count() == 3


_GRANTS = """SELECT member::regrole::text, grantor::regrole::text FROM pg_auth_members
WHERE roleid = 'keng_partner'::regrole ORDER BY 1, 2"""
_MAY_TAKE = "SELECT pg_has_role(current_user, 'keng_partner', 'SET')"


@pytest.mark.parametrize("may_already", [True, False])
def test_the_loader_takes_the_role_of_partners_no_longer_than_it_loads(may_already):
    with connection.cursor() as cursor:
        if not may_already:
            cursor.execute("CREATE ROLE demo_owner NOSUPERUSER CREATEROLE")
            cursor.execute("GRANT demo_owner TO CURRENT_USER WITH SET TRUE")
            cursor.execute("GRANT keng_partner TO demo_owner WITH ADMIN TRUE, SET FALSE")
            cursor.execute("SET LOCAL ROLE demo_owner")
        before = _rows(cursor, _GRANTS)
        with front.allowed_the_partner_role():
            assert _rows(cursor, _MAY_TAKE) == [(True,)]
            # What a superuser grants is not theirs to take back where another began the cluster.
            assert (_rows(cursor, _GRANTS) == before) is may_already
        assert _rows(cursor, _GRANTS) == before


def _rows(cursor, sql):
    cursor.execute(sql)
    return cursor.fetchall()


def test_a_grant_says_nothing_of_inheriting_where_postgresql_does_not_know_it():
    assert without_inheriting(150020) == ""
    assert "INHERIT FALSE" in without_inheriting(160000)
