"""An account can be closed: nothing signs in with it, agrees or is called any more."""

import datetime

import pytest

from keng.accounts import actions, closing, guessing, requesting, setting_up, signing_in
from keng.accounts.models import Notice, Officer, OfficerRequest, Post, Shift
from keng.accounts.tests.stage import (
    CHOSEN,
    PASSWORD,
    Stage,
    able,
    both_halves,
    code_of,
    set_up,
    url,
)
from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.kit import times
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    return Stage()


def test_a_closed_account_is_signed_out_and_signs_in_no_more(desk_client, stage):
    sign_in(desk_client, stage.officer)
    assert desk_client.get(url("inbox")).status_code == 200
    closing.close_account(stage.officer.pk, by=stage.admin)
    assert desk_client.get(url("inbox")).status_code == 302
    with pytest.raises(signing_in.NotSignedIn):
        signing_in.check_officer_password(
            stage.officer.username, PASSWORD, origin=guessing.TryOrigin("203.0.113.0/24")
        )
    entry = Entry.objects.get(action="officer.account_closed")
    assert (entry.actor_id, entry.object_id) == (str(stage.admin.pk), str(stage.officer.pk))
    assert Notice.objects.get(act="closed").officer == stage.chief


def test_it_is_closed_on_the_officers_page_and_stays_in_the_list(desk_client, stage):
    sign_in(desk_client, stage.admin)
    page = desk_client.get(url("officer", stage.officer.pk)).content.decode()
    assert url("officer-close", stage.officer.pk) in page
    code = {"code": code_of(stage.admin)}
    assert desk_client.post(url("officer-close", stage.officer.pk), code).status_code == 302
    assert "đã đóng" in desk_client.get(url("officers")).content.decode()
    page = desk_client.get(url("officer", stage.officer.pk)).content.decode()
    assert url("officer-close", stage.officer.pk) not in page
    assert desk_client.post(url("officer-close", stage.officer.pk)).status_code == 404


def test_posts_and_shifts_end_with_it(stage):
    now = times.now()
    Shift.objects.create(
        unit=stage.ward,
        officer=stage.officer,
        starts_at=now,
        ends_at=now + datetime.timedelta(hours=8),
        set_by=stage.chief,
    )
    closing.close_account(stage.officer.pk, by=stage.admin)
    assert not Post.objects.current().filter(officer=stage.officer).exists()
    assert not Shift.objects.at(times.now()).filter(officer=stage.officer).exists()


def test_what_a_closed_account_asked_for_agreed_to_or_was_to_set_up_lapses(stage):
    of_the_asker = stage.ask_new(by=stage.other, username="a")
    agreed = stage.ask_new(username="b")
    halves = both_halves(agreed, second=stage.other)
    own = requesting.ask_for_renewal(stage.other.pk, by=stage.admin)
    elsewhere = stage.ask_new(username="c")
    closing.close_account(stage.other.pk, by=stage.admin)
    for asked in (of_the_asker, agreed, own):
        asked.refresh_from_db()
        assert (asked.state, asked.agreer_half) == ("lapsed", None)
    with pytest.raises(setting_up.WrongHalves):
        setting_up.begin_set_up(*halves, password=CHOSEN)
    elsewhere.refresh_from_db()
    assert elsewhere.state == "waiting"


def test_a_ghost_of_a_closed_account_goes_on_being_a_ghost(stage):
    ghost = stage.make_officer(role="administrator", unit=stage.province)
    second = stage.make_officer(username="ma2", role="administrator", unit=stage.province)
    closing.close_account(stage.admin.pk, by=stage.other)
    with pytest.raises(requesting.NotSecondPerson):
        requesting.agree_to_request(stage.ask_new(by=ghost, username="x").pk, by=second)


def test_to_open_it_again_takes_two_people(stage):
    closing.close_account(stage.officer.pk, by=stage.admin)
    with pytest.raises(actions.AccountClosed):
        actions.add_post(
            stage.officer.pk,
            unit_id=stage.ward.pk,
            role="duty",
            valid_from=times.local_date(times.now()),
            by=stage.admin,
        )
    asked = requesting.ask_for_renewal(stage.officer.pk, by=stage.admin)
    assert not Officer.objects.get(pk=stage.officer.pk).is_active
    officer = set_up(asked, second=stage.commander)
    assert officer.is_active
    assert Officer.objects.get(pk=officer.pk).unit_ids == frozenset()


def test_the_last_administrator_of_a_desk_is_not_closed(desk_client, stage):
    closing.close_account(stage.other.pk, by=stage.admin)
    with pytest.raises(closing.LastAdministrator):
        closing.close_account(stage.admin.pk, by=stage.admin)
    sign_in(desk_client, stage.admin)
    page = desk_client.post(url("officer-close", stage.admin.pk), follow=True).content.decode()
    assert "không đóng được" in page
    # One who cannot sign in is nobody to leave it to.
    make.officer(unit=stage.province, role=Post.Role.ADMINISTRATOR)
    with pytest.raises(closing.LastAdministrator):
        closing.close_account(stage.admin.pk, by=stage.admin)
    # A ward's own one may go: the province looks after it.
    local = able(unit=stage.ward, role=Post.Role.ADMINISTRATOR)
    closing.close_account(local.pk, by=local)
    assert not Officer.objects.get(pk=local.pk).is_active


def test_nobody_elses_officers_are_closed(stage):
    far = able(unit=make.unit(), role=Post.Role.ADMINISTRATOR)
    with pytest.raises(NotAllowed):
        closing.close_account(stage.officer.pk, by=far)
    assert OfficerRequest.objects.count() == 0


def test_the_desks_own_role_closes(stage, become):
    stage.ask_new(by=stage.other)
    become("desk")
    closing.close_account(stage.other.pk, by=stage.admin)


def test_digits_are_used_up_also_where_the_closing_is_refused(desk_client, stage, monkeypatch):
    """Otherwise whoever reads them over a shoulder could go on with them."""

    def refuse(_officer_id, *, by):
        raise NotAllowed

    sign_in(desk_client, stage.admin)
    there, code = url("officer-close", stage.officer.pk), {"code": code_of(stage.admin)}
    with monkeypatch.context() as refusing:
        refusing.setattr(closing, "close_account", refuse)
        assert desk_client.post(there, code).status_code == 404
    assert desk_client.post(there, code).status_code == 422
    assert desk_client.post(there, {"code": "000000"}).status_code == 422
    stage.admin.refresh_from_db()
    assert stage.admin.failed_presence == 2
    assert Officer.objects.get(pk=stage.officer.pk).is_active


def test_whoever_holds_no_post_changes_nothing_of_their_own(stage):
    gone = make.officer()
    for do in (
        lambda: actions.change_password(present=PASSWORD, new=CHOSEN, by=gone),
        lambda: actions.change_settings(
            language="en", theme="auto", single_keys=True, full_desk=True, by=gone
        ),
    ):
        with pytest.raises(NotAllowed):
            do()
    gone.refresh_from_db()
    assert (gone.language, gone.full_desk) == ("vi", False)
