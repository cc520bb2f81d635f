"""No officer is made, renewed or given power by one person alone."""

import datetime
import importlib
import re

import pyotp
import pytest
from django.db import IntegrityError, connection, transaction

from keng.accounts import actions, requesting, second_factor, setting_up, vouching
from keng.accounts.models import Notice, Officer, OfficerRequest, Post
from keng.accounts.tests.stage import (
    CHOSEN,
    PASSWORD,
    Stage,
    able,
    both_halves,
    code_of,
    finish,
    first_code,
    today,
    url,
)
from keng.accounts.who import Role, needs_two_people
from keng.acts.errors import NotAllowed
from keng.audit.actions import record, unit_chain
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.kit import times
from keng.places.models import Unit
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    return Stage()


def sent(unit, **fields):
    values = {
        "name": "Cán bộ Ma",
        "rank": "",
        "username": "ma1",
        "unit": unit.pk,
        "role": "commander",
        "valid_from": today(),
    }
    return values | fields


def notices_of(officer, act=None):
    found = Notice.objects.filter(officer=officer)
    return found.filter(act=act) if act else found


# What one administrator could do alone.
def test_one_administrator_alone_makes_nobody(desk_client, stage):
    sign_in(desk_client, stage.admin)
    page = desk_client.post(url("officer-add"), sent(stage.province), follow=True)
    assert 'id="new-password"' not in page.content.decode()
    assert not Officer.objects.filter(username="ma1").exists()
    asked = OfficerRequest.objects.get()
    # Nor by agreeing in their own name, whatever they send.
    assert "người khác đồng ý" in page.content.decode()
    code = {"code": code_of(stage.admin)}
    desk_client.post(url("officer-request-agree", asked.pk), code)
    desk_client.post(url("officer-request-half", asked.pk), code)
    asked.refresh_from_db()
    assert (asked.state, asked.agreer_half, asked.asker_half) == ("waiting", None, None)


def test_one_administrator_alone_renews_nobody(desk_client, stage):
    sign_in(desk_client, stage.admin)
    page = desk_client.post(url("officer-renew", stage.officer.pk), follow=True).content.decode()
    assert 'id="new-password"' not in page
    stage.officer.refresh_from_db()
    assert stage.officer.check_password(PASSWORD)
    assert second_factor.check_totp_code(
        stage.officer, second_factor.current_totp_code(stage.officer)
    )


def test_one_administrator_alone_gives_no_post_of_weight(desk_client, stage):
    sign_in(desk_client, stage.admin)
    post = {"unit": stage.ward.pk, "role": "commander", "valid_from": today()}
    desk_client.post(url("officer", stage.officer.pk), post)
    assert not stage.officer.posts.filter(role="commander").exists()
    with pytest.raises(actions.NeedsTwoPeople):
        actions.add_post(
            stage.officer.pk,
            unit_id=stage.ward.pk,
            role="commander",
            valid_from=today(),
            by=stage.admin,
        )
    other_ward = make.unit(parent=stage.province)
    desk_client.post(
        url("officer", stage.officer.pk), post | {"unit": other_ward.pk, "role": "duty"}
    )
    assert stage.officer.posts.filter(unit=other_ward, role="duty").exists()


@pytest.mark.parametrize("role", Role.values)
def test_only_the_officer_on_duty_of_a_commune_is_a_post_of_one_person(role):
    assert needs_two_people(Unit(kind=Unit.Kind.PROVINCE), role)
    assert needs_two_people(Unit(kind=Unit.Kind.COMMUNE), role) == (
        role not in {"duty", "coordinator"}
    )


# The whole way, on the pages.
def test_a_new_officer_is_asked_for_agreed_to_and_set_up(desk_client, stage):
    sign_in(desk_client, stage.admin)
    desk_client.post(url("officer-add"), sent(stage.ward, username="moi", name="Cán bộ Mới"))
    asked = OfficerRequest.objects.get()
    assert asked.state == "waiting"
    sign_in(desk_client, stage.commander)
    page = desk_client.get(url("officer-request", asked.pk)).content.decode()
    assert url("officer-request-agree", asked.pk) in page
    wrong = desk_client.post(url("officer-request-agree", asked.pk), {"code": "000000"})
    assert wrong.status_code == 422
    agreed = desk_client.post(
        url("officer-request-agree", asked.pk), {"code": code_of(stage.commander)}
    )
    second = agreed.content.decode().split('id="half">')[1].split("<")[0]
    sign_in(desk_client, stage.admin)
    shown = desk_client.post(url("officer-request-half", asked.pk), {"code": code_of(stage.admin)})
    first = shown.content.decode().split('id="half">')[1].split("<")[0]
    again = desk_client.post(
        url("officer-request-half", asked.pk), {"code": code_of(stage.admin)}, follow=True
    )
    assert 'id="half"' not in again.content.decode()
    assert "đã hiện rồi" in again.content.decode()
    assert not Officer.objects.filter(username="moi").exists()
    # The person's own browser; nobody is signed in there.
    desk_client.cookies.clear()
    assert url("set-up") in desk_client.get(url("sign-in")).content.decode()
    # In any order, small letters, without hyphens.
    typed = {
        "first": second.lower(),
        "second": first.replace("-", ""),
        "new": CHOSEN,
        "again": CHOSEN,
    }
    answer = desk_client.post(url("set-up"), typed)
    assert answer.url == url("set-up-code")
    page = desk_client.get(url("set-up-code")).content.decode()
    secret = re.search(r'id="new-secret">(\w+)<', page)[1]
    assert "data:image/svg+xml" in page
    assert desk_client.post(url("set-up-code"), {"code": "000000"}).status_code == 422
    assert not Officer.objects.filter(username="moi").exists()
    done = desk_client.post(url("set-up-code"), {"code": pyotp.TOTP(secret).now()})
    assert done.url == url("desk-home")
    officer = Officer.objects.get(username="moi")
    assert officer.check_password(CHOSEN)
    assert officer.own_unit_ids == {stage.ward.pk}
    assert desk_client.get(url("inbox")).status_code == 200
    assert (officer.set_up_asked_by, officer.set_up_agreed_by) == (stage.admin, stage.commander)
    asked.refresh_from_db()
    assert (asked.state, asked.asker_half, asked.chosen_password) == ("done", None, "")
    entries = Entry.objects.filter(action__startswith="officer.").order_by("id")
    wrong_codes = ["officer.signin_failed", "officer.presence_failed"]
    acts = entries.exclude(action__in=wrong_codes).values_list("action", flat=True)
    assert list(acts) == [
        "officer.requested",
        "officer.request_agreed",
        "officer.half_shown",
        "officer.added",
    ]
    written = str(list(Entry.objects.values_list("detail", flat=True)))
    assert not any(word in written for word in (secret, CHOSEN, first, second))


OTHERS = "câu của người cầm cả hai nửa"


def test_whoever_begins_again_gives_nobody_their_own_password(desk_client, stage):
    first, second = both_halves(stage.ask_new(), second=stage.commander)
    typed = {"first": first, "second": second, "new": CHOSEN, "again": CHOSEN}
    assert desk_client.post(url("set-up"), typed).url == url("set-up-code")
    other = type(desk_client)()
    other.post(url("set-up"), typed | {"new": OTHERS, "again": OTHERS})
    secret = re.search(r'id="new-secret">(\w+)<', other.get(url("set-up-code")).content.decode())[1]
    # The person is shown no secret of somebody else, and is told.
    answer = desk_client.get(url("set-up-code"))
    assert answer.url == url("set-up")
    page = desk_client.get(url("set-up")).content.decode()
    assert "có người nhập lại cả hai nửa mã" in page
    # Nor do they finish what somebody else began.
    answer = desk_client.post(url("set-up-code"), {"code": pyotp.TOTP(secret).now()})
    assert answer.url == url("set-up")
    assert not Officer.objects.filter(username="moi").exists()
    # Begun again it is theirs, and the words are gone.
    desk_client.post(url("set-up"), typed)
    page = desk_client.get(url("set-up-code")).content.decode()
    secret = re.search(r'id="new-secret">(\w+)<', page)[1]
    assert "có người nhập lại" not in desk_client.get(url("set-up")).content.decode()
    done = desk_client.post(url("set-up-code"), {"code": pyotp.TOTP(secret).now()})
    assert done.url == url("desk-home")
    assert Officer.objects.get(username="moi").check_password(CHOSEN)


def test_what_was_begun_again_between_page_and_code_is_not_finished(stage):
    asked = stage.ask_new()
    halves = both_halves(asked, second=stage.commander)
    mine = setting_up.mark_of_set_up(setting_up.begin_set_up(*halves, password=CHOSEN))
    again = setting_up.begin_set_up(*halves, password=OTHERS)
    with pytest.raises(setting_up.SetUpBegunAgain):
        setting_up.finish_set_up(again.pk, mine, code=first_code(again))
    asked.refresh_from_db()
    assert (asked.state, asked.failed_tries) == ("agreed", 0)


def test_halves_are_kept_as_hashes_only(stage):
    asked = stage.ask_new()
    halves = both_halves(asked, second=stage.commander)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(r)::text FROM accounts_officerrequest r")
        row = cursor.fetchone()[0]
    assert not any(half in row or half.lower() in row for half in halves)


def test_one_half_opens_nothing(stage):
    asked = stage.ask_new()
    half = requesting.agree_to_request(asked.pk, by=stage.commander)
    for pair in ((half, half), (half, "A" * 12)):
        with pytest.raises(setting_up.WrongHalves):
            setting_up.begin_set_up(*pair, password=CHOSEN)
    first = requesting.show_half(asked.pk, by=stage.admin)
    other = stage.ask_new(username="khac")
    foreign = requesting.agree_to_request(other.pk, by=stage.commander)
    with pytest.raises(setting_up.WrongHalves):
        setting_up.begin_set_up(first, foreign, password=CHOSEN)
    assert setting_up.begin_set_up(first, half, password=CHOSEN).pk == asked.pk


def test_whoever_guesses_the_other_half_ends_the_request(stage):
    asked = stage.ask_new()
    first, second = both_halves(asked, second=stage.commander)
    for _ in range(setting_up.SET_UP_TRIES):
        with pytest.raises(setting_up.WrongHalves):
            setting_up.begin_set_up(first, "00000000", password=CHOSEN)
    with pytest.raises(setting_up.WrongHalves):
        setting_up.begin_set_up(first, second, password=CHOSEN)
    asked.refresh_from_db()
    assert (asked.state, asked.asker_half, asked.agreer_half) == ("lapsed", None, None)
    assert Entry.objects.filter(action="officer.set_up_failed", object_id=str(asked.pk)).exists()


def test_wrong_halves_are_slowed_for_everybody_at_that_address(desk_client, stage):
    first, second = both_halves(stage.ask_new(), second=stage.commander)
    form = {"first": "0" * 12, "second": "1" * 12, "new": CHOSEN, "again": CHOSEN}
    statuses = [desk_client.post(url("set-up"), form).status_code for _ in range(13)]
    assert statuses[0] == 422
    assert statuses[-1] == 429
    right = desk_client.post(url("set-up"), form | {"first": first, "second": second})
    assert right.status_code == 429


def test_the_set_up_ends_after_a_day_and_can_be_asked_for_anew(desk_client, stage):
    asked = stage.ask_new()
    first, second = both_halves(asked, second=stage.commander)
    assert asked.expires_at > times.now() + datetime.timedelta(days=6)
    begun = setting_up.begin_set_up(first, second, password=CHOSEN)
    assert begun.expires_at <= times.now() + datetime.timedelta(hours=24)
    code = first_code(begun)
    OfficerRequest.objects.update(expires_at=times.now() - datetime.timedelta(seconds=1))
    with pytest.raises(setting_up.SetUpOver):
        setting_up.finish_set_up(begun.pk, setting_up.mark_of_set_up(begun), code=code)
    with pytest.raises(setting_up.WrongHalves):
        setting_up.begin_set_up(first, second, password=CHOSEN)
    sign_in(desk_client, stage.admin)
    assert "Đã quá hạn" in desk_client.get(url("officer-request", asked.pk)).content.decode()
    assert stage.ask_new().pk != asked.pk
    asked.refresh_from_db()
    assert (asked.state, asked.asker_half) == ("lapsed", None)


def test_a_name_is_asked_for_once(stage):
    stage.ask_new()
    for name in ("moi", "Moi", stage.officer.username):
        with pytest.raises(actions.UsernameTaken):
            stage.ask_new(username=name)


def test_a_name_that_was_given_meanwhile_is_said_at_the_end(stage):
    asked = stage.ask_new()
    halves = both_halves(asked, second=stage.commander)
    begun = setting_up.begin_set_up(*halves, password=CHOSEN)
    Officer.objects.create(username="moi", name="Khác")
    with pytest.raises(actions.UsernameTaken):
        setting_up.finish_set_up(begun.pk, setting_up.mark_of_set_up(begun), code=first_code(begun))


# Renewal.
def test_a_renewal_locks_nobody_out_until_the_person_has_set_up(desk_client, stage):
    sign_in(desk_client, stage.officer)
    asked = requesting.ask_for_renewal(stage.officer.pk, by=stage.admin)
    halves = both_halves(asked, second=stage.commander)
    begun = setting_up.begin_set_up(*halves, password=CHOSEN)
    assert desk_client.get(url("inbox")).status_code == 200
    stage.officer.refresh_from_db()
    assert stage.officer.check_password(PASSWORD)
    officer = setting_up.finish_set_up(
        begun.pk, setting_up.mark_of_set_up(begun), code=first_code(begun)
    )
    assert officer.pk == stage.officer.pk
    assert officer.check_password(CHOSEN)
    # What was signed in before is signed out.
    assert desk_client.get(url("inbox")).status_code == 302
    entry = Entry.objects.get(action="officer.credentials_renewed")
    assert entry.object_id == str(officer.pk)


def test_the_first_code_of_a_set_up_is_used_up(stage):
    asked = requesting.ask_for_renewal(stage.officer.pk, by=stage.admin)
    begun = setting_up.begin_set_up(*both_halves(asked, second=stage.commander), password=CHOSEN)
    code = first_code(begun)
    officer = setting_up.finish_set_up(begun.pk, setting_up.mark_of_set_up(begun), code=code)
    assert not second_factor.check_totp_code(officer, code)


def test_ten_wrong_first_codes_end_the_set_up(stage):
    asked = stage.ask_new()
    begun = setting_up.begin_set_up(*both_halves(asked, second=stage.commander), password=CHOSEN)
    right = int(first_code(begun))
    for n in range(setting_up.SET_UP_TRIES):
        with pytest.raises(setting_up.WrongFirstCode):
            setting_up.finish_set_up(
                begun.pk,
                setting_up.mark_of_set_up(begun),
                code=f"{(right + 7 + n) % 1_000_000:06d}",
            )
    with pytest.raises(setting_up.SetUpOver):
        setting_up.finish_set_up(begun.pk, setting_up.mark_of_set_up(begun), code=first_code(begun))


def test_a_renewal_is_asked_for_once_and_never_for_oneself(stage):
    requesting.ask_for_renewal(stage.officer.pk, by=stage.admin)
    with pytest.raises(requesting.AskedAlready):
        requesting.ask_for_renewal(stage.officer.pk, by=stage.other)
    with pytest.raises(actions.OwnCredentials):
        requesting.ask_for_renewal(stage.admin.pk, by=stage.admin)


# Who is the second person.
def test_nobody_agrees_to_what_they_asked_for_or_what_is_about_them(stage):
    asked = requesting.ask_for_renewal(stage.commander.pk, by=stage.admin)
    for officer, why in ((stage.admin, "asked"), (stage.commander, "concerned")):
        with pytest.raises(requesting.NotSecondPerson) as refused:
            requesting.agree_to_request(asked.pk, by=officer)
        assert refused.value.why == why
        with pytest.raises(requesting.NotSecondPerson):
            requesting.refuse_request(asked.pk, reason="Không", by=officer)
    assert requesting.agree_to_request(asked.pk, by=stage.other)


def test_the_database_holds_to_it_too(stage):
    asked = requesting.ask_for_renewal(stage.officer.pk, by=stage.admin)
    rows = OfficerRequest.objects.filter(pk=asked.pk)
    for changed in (
        {"state": "agreed"},
        {"state": "agreed", "decided_by": stage.admin},
        {"state": "agreed", "decided_by": stage.officer},
        {"state": "refused", "asker_half": b"x" * 32},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**changed)


def test_a_ghost_agrees_to_nothing_its_maker_asks_for(stage):
    """The second person was deceived and gave the half away: the maker signs in as the ghost."""
    ghost = stage.make_officer(role="administrator", unit=stage.province)
    asked = stage.ask_new(username="nua")
    with pytest.raises(requesting.NotSecondPerson) as refused:
        requesting.agree_to_request(asked.pk, by=ghost)
    assert refused.value.why == "one_line"
    # Nor the other way round, nor two ghosts, nor a ghost of the ghost.
    with pytest.raises(requesting.NotSecondPerson):
        requesting.agree_to_request(stage.ask_new(by=ghost, username="ma2").pk, by=stage.admin)
    second = stage.make_officer(username="ma3", role="administrator", unit=stage.province)
    third = stage.make_officer(
        asker=second, second=stage.other, username="ma4", role="administrator", unit=stage.province
    )
    for other in (second, third):
        asked = stage.ask_new(by=ghost, username=f"x{other.username}")
        with pytest.raises(requesting.NotSecondPerson):
            requesting.agree_to_request(asked.pk, by=other)
    # Of another line: they are two people.
    far = able(unit=stage.province, role=Post.Role.ADMINISTRATOR)
    assert requesting.agree_to_request(asked.pk, by=far)


def test_after_ninety_days_a_person_is_known_and_counts(stage):
    made = stage.make_officer(role="administrator", unit=stage.province)
    asked = stage.ask_new(username="nua")
    Officer.objects.filter(pk=made.pk).update(set_up_at=times.now() - vouching.HAND_COUNTS_FOR)
    assert requesting.agree_to_request(asked.pk, by=Officer.objects.get(pk=made.pk))


def test_a_renewal_by_the_maker_makes_a_ghost_as_well(stage):
    renewed = stage.renewed(stage.other)
    asked = stage.ask_new()
    with pytest.raises(requesting.NotSecondPerson):
        requesting.agree_to_request(asked.pk, by=renewed)


def test_makers_of_before_are_taken_from_the_record(stage):
    """One administrator made and renewed alone: whoever they made is no second person of theirs."""
    ghost = able(unit=stage.province, role=Post.Role.ADMINISTRATOR)
    renewed = able(unit=stage.province, role=Post.Role.ADMINISTRATOR)
    for act, by, on in (
        ("officer.added", stage.admin, ghost),
        ("officer.added", stage.admin, renewed),
        ("officer.credentials_renewed", "operator", renewed),
    ):
        record(act, by=by, on=on, chain=unit_chain(stage.province.pk))
    filling = importlib.import_module("keng.accounts.migrations.0011_hands_from_the_record")
    with connection.cursor() as cursor:
        cursor.execute(filling._FILL)
    ghost.refresh_from_db()
    renewed.refresh_from_db()
    assert vouching.are_of_one_line(stage.admin, ghost)
    assert not vouching.are_of_one_line(stage.admin, renewed)


def test_two_who_renewed_each_other_end_in_no_ring(stage):
    stage.renewed(stage.other)
    another = able(unit=stage.province, role=Post.Role.COMMANDER)
    stage.admin = stage.renewed(
        stage.admin, asker=Officer.objects.get(pk=stage.other.pk), second=another
    )
    other = Officer.objects.get(pk=stage.other.pk)
    assert vouching.are_of_one_line(stage.admin, other)
    # Whoever agreed to a sign-in does not agree to what it asks for, and the others do.
    assert vouching.are_of_one_line(stage.admin, another)
    assert not vouching.are_of_one_line(stage.admin, stage.commander)


def test_whoever_agreed_to_a_ghost_and_took_the_other_half_is_no_second_person_of_it(stage):
    """The commander agreed, coaxed the asker's half out of them, and signs in as the ghost."""
    ghost = stage.make_officer(role="administrator", unit=stage.province, second=stage.commander)
    asked = stage.ask_new(by=ghost, username="nua")
    with pytest.raises(requesting.NotSecondPerson) as refused:
        requesting.agree_to_request(asked.pk, by=stage.commander)
    assert refused.value.why == "one_line"
    assert requesting.agree_to_request(asked.pk, by=stage.other)


def test_what_was_agreed_to_lapses_with_the_post_of_who_asked(stage):
    asked = stage.ask_new()
    second = requesting.agree_to_request(asked.pk, by=stage.commander)
    first = requesting.show_half(asked.pk, by=stage.admin)
    request = setting_up.begin_set_up(first, second, password=CHOSEN)
    Post.objects.filter(officer=stage.admin).update(
        valid_to=times.local_date(times.now()) - datetime.timedelta(days=1)
    )
    with pytest.raises(setting_up.SetUpOver):
        setting_up.finish_set_up(request.pk, setting_up.mark_of_set_up(request), code="000000")


def test_the_end_of_a_post_is_told_to_the_person_and_their_commander(stage):
    post = Post.objects.get(officer=stage.other)
    actions.end_post(post.pk, by=stage.admin)
    told = Notice.objects.filter(act=Notice.Act.POST_ENDED).values_list("officer", flat=True)
    assert {stage.other.pk, stage.commander.pk} <= set(told)


def test_the_end_of_the_only_commander_is_told_to_whoever_else_decides(stage):
    post = Post.objects.get(officer=stage.commander)
    actions.end_post(post.pk, by=stage.admin)
    told = Notice.objects.filter(act=Notice.Act.POST_ENDED).values_list("officer", flat=True)
    assert {stage.commander.pk, stage.other.pk} == set(told)


def test_a_commander_of_a_ward_is_told_and_does_not_decide(desk_client, stage):
    asked = stage.ask_new()
    with pytest.raises(NotAllowed):
        requesting.agree_to_request(asked.pk, by=stage.chief)
    sign_in(desk_client, stage.chief)
    assert desk_client.get(url("officer-request", asked.pk)).status_code == 403


def test_other_provinces_see_nothing_of_it(desk_client, stage):
    asked = stage.ask_new()
    far = able(unit=make.province_unit(), role=Post.Role.COMMANDER)
    with pytest.raises(NotAllowed):
        requesting.agree_to_request(asked.pk, by=far)
    sign_in(desk_client, far)
    assert desk_client.get(url("officer-request", asked.pk)).status_code == 404
    assert "Cán bộ Mới" not in desk_client.get(url("officer-requests")).content.decode()


def test_of_a_ward_the_own_administrator_or_the_province_agrees(stage):
    local = able(unit=stage.ward, role=Post.Role.ADMINISTRATOR)
    assert requesting.agree_to_request(stage.ask_new().pk, by=local)
    assert requesting.agree_to_request(stage.ask_new(by=local, username="b").pk, by=stage.commander)
    of_the_province = stage.ask_new(unit=stage.province, username="c")
    with pytest.raises(NotAllowed):
        requesting.agree_to_request(of_the_province.pk, by=local)


def test_whoever_asked_and_is_no_administrator_any_more_asked_for_nothing(stage):
    asked = stage.ask_new()
    actions.end_post(stage.admin.posts.get().pk, by=stage.other)
    with pytest.raises(requesting.NotSecondPerson) as refused:
        requesting.agree_to_request(asked.pk, by=stage.commander)
    assert refused.value.why == "asker_gone"


def test_a_request_is_refused_with_a_reason_or_withdrawn(desk_client, stage):
    asked = stage.ask_new()
    sign_in(desk_client, stage.commander)
    there = url("officer-request-refuse", asked.pk)
    assert desk_client.post(there, {"reason": ""}).status_code == 422
    desk_client.post(there, {"reason": "Không có người này"})
    asked.refresh_from_db()
    assert (asked.state, asked.refused_reason) == ("refused", "Không có người này")
    assert notices_of(stage.admin, "refused").exists()
    with pytest.raises(requesting.RequestNotWaiting):
        requesting.agree_to_request(asked.pk, by=stage.other)
    second = stage.ask_new()
    halves = both_halves(second, second=stage.commander)
    with pytest.raises(NotAllowed):
        requesting.withdraw_request(second.pk, by=stage.other)
    sign_in(desk_client, stage.admin)
    desk_client.post(url("officer-request-withdraw", second.pk))
    with pytest.raises(setting_up.WrongHalves):
        finish(*halves)
    second.refresh_from_db()
    assert (second.state, second.asker_half) == ("withdrawn", None)


def test_a_post_of_weight_is_there_once_a_second_person_agrees(desk_client, stage):
    sign_in(desk_client, stage.admin)
    post = {"unit": stage.ward.pk, "role": "commander", "valid_from": today()}
    desk_client.post(url("officer", stage.officer.pk), post)
    repeated = desk_client.post(url("officer", stage.officer.pk), post)
    assert repeated.status_code == 422
    asked = OfficerRequest.objects.get()
    sign_in(desk_client, stage.commander)
    desk_client.post(url("officer-request-agree", asked.pk), {"code": code_of(stage.commander)})
    given = stage.officer.posts.get(role="commander")
    assert given.valid_from == today()
    asked.refresh_from_db()
    assert asked.state == "done"
    entry = Entry.objects.get(action="officer.post_added")
    assert entry.actor_id == str(stage.commander.pk)
    assert entry.detail["asked_by"] == str(stage.admin.pk)
    assert entry.detail["valid_from"] == today().isoformat()
    assert notices_of(stage.officer).count() == 2


def test_no_post_begins_before_a_second_person_agreed(stage):
    given = {"unit_id": stage.ward.pk, "role": "commander", "valid_from": today()}
    asked = requesting.ask_for_post(stage.officer.pk, by=stage.admin, **given)
    new = stage.ask_new()
    OfficerRequest.objects.update(valid_from=today() - datetime.timedelta(days=6))
    requesting.agree_to_request(asked.pk, by=stage.commander)
    made = finish(*both_halves(OfficerRequest.objects.get(pk=new.pk), second=stage.commander))
    assert stage.officer.posts.get(role="commander").valid_from == today()
    assert made.posts.get().valid_from == today()
    assert Entry.objects.get(action="officer.added").detail["valid_from"] == today().isoformat()


# Who is told.
def test_the_person_their_commander_and_who_decides_are_told_until_they_saw_it(desk_client, stage):
    asked = requesting.ask_for_renewal(stage.officer.pk, by=stage.admin)
    people = set(Notice.objects.values_list("officer", flat=True))
    assert people == {stage.officer.pk, stage.chief.pk, stage.other.pk, stage.commander.pk}
    sign_in(desk_client, stage.officer)
    page = desk_client.get(url("inbox")).content.decode()
    assert "Nếu bạn không đề nghị" in page
    # They may not read the request, so no link leads there.
    assert url("officer-request", asked.pk) not in page
    notice = notices_of(stage.officer).get()
    sign_in(desk_client, stage.chief)
    assert desk_client.post(url("notice-seen", notice.pk)).status_code == 404
    sign_in(desk_client, stage.officer)
    back = desk_client.post(url("notice-seen", notice.pk), {"next": url("my-settings")})
    assert back.url == url("my-settings")
    assert "Nếu bạn không đề nghị" not in desk_client.get(url("inbox")).content.decode()
    assert desk_client.post(url("notice-seen", notice.pk)).status_code == 404
    sign_in(desk_client, stage.commander)
    assert url("officer-request", asked.pk) in desk_client.get(url("inbox")).content.decode()


def test_when_it_is_set_up_both_hands_and_the_commander_are_told(stage):
    stage.make_officer()
    for officer in (stage.admin, stage.commander, stage.chief):
        assert notices_of(officer, "done").exists()


def test_where_the_desk_has_no_other_commander_the_one_above_is_told(stage):
    requesting.ask_for_renewal(stage.chief.pk, by=stage.admin)
    assert notices_of(stage.commander, "asked").exists()
    assert notices_of(stage.chief, "asked").exists()


def test_the_desks_own_role_can_do_all_of_it(stage, become):
    become("desk")
    stage.make_officer()
    stage.renewed(stage.officer)
    asked = stage.ask_new(username="nua")
    requesting.refuse_request(asked.pk, reason="Không", by=stage.commander)
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        OfficerRequest.objects.filter(pk=asked.pk).update(asked_by=stage.other)


def test_whoever_asked_and_is_now_a_second_person_only_gets_no_half(stage):
    """Two halves in one hand would make an officer of anybody."""
    asked = stage.ask_new()
    requesting.agree_to_request(asked.pk, by=stage.other)
    actions.end_post(stage.admin.posts.get().pk, by=stage.other)
    make.post(stage.admin, unit=stage.province, role=Post.Role.COMMANDER)
    asker = Officer.objects.get(pk=stage.admin.pk)
    for do in (requesting.show_half, requesting.withdraw_request):
        with pytest.raises(NotAllowed):
            do(asked.pk, by=asker)
    asked.refresh_from_db()
    assert (asked.state, asked.asker_half) == ("agreed", None)
