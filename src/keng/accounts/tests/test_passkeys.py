"""Passkeys of officers: added, signed in with, shown as presence; what is refused."""

import datetime
import html
import json
import re
import uuid

import pytest
from django.urls import reverse

from keng.accounts import passkey_answers, passkeys, second_factor, signing_in
from keng.accounts.models import Notice, Officer, OfficerPasskey, Post, SpentChallenge
from keng.accounts.passkey_challenges import (
    ChallengePurpose,
    ChallengeUse,
    remove_spent_challenges,
)
from keng.accounts.tests.authenticator import SoftPasskey
from keng.accounts.tests.stage import PASSWORD, Stage, code_of
from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.kit import times
from tests import make

pytestmark = pytest.mark.django_db
BROWSER = "the-cookie-of-this-browser"
ANYBODY = ChallengeUse(ChallengePurpose.SIGN_IN, BROWSER)


@pytest.fixture(autouse=True)
def at_its_own_address(settings):
    settings.DESK_URL = "http://localhost:8001"


@pytest.fixture
def officer():
    made = make.officer(unit=make.unit(), password=PASSWORD)
    second_factor.set_totp_secret(made)
    return made


@pytest.fixture
def device(officer):
    return added(officer)


def added(officer, *, name="khóa xanh", shared=False, **device):
    """A device whose passkey the officer has added."""
    made = SoftPasskey(**device)
    use = passkeys.use_for_new(officer, BROWSER, name=name, is_shared=shared)
    options = passkey_answers.options_for_new(officer, use, is_shared=shared)
    passkeys.add_passkey(
        made.make(options), name=name, is_shared=shared, browser=BROWSER, by=officer
    )
    return made


def options(use=ANYBODY):
    return passkey_answers.options_for_answer(OfficerPasskey, use)


def url(name, *args):
    return reverse(name, "keng.site.desk_urls", args=args)


def test_a_passkey_alone_signs_in_and_is_on_record(officer, device):
    assert signing_in.check_officer_passkey(device.answer(options()), ANYBODY) == officer
    assert Entry.objects.filter(action="officer.signed_in", actor_id=str(officer.pk)).exists()
    kept = OfficerPasskey.objects.get()
    assert kept.last_used_at is not None
    assert kept.sign_count == device.count


@pytest.mark.parametrize(
    "wrong",
    [
        {"verified": False},
        {"origin": "https://localhost:8001"},
        {"origin": "http://localhost:8001.evil.example"},
        {"origin": "http://localhost:8000"},
        {"relying_party": "evil.example"},
        {"type": "webauthn.create"},
        {"challenge": "AAAA"},
        {"cross_origin": "yes"},
    ],
)
def test_an_answer_that_is_not_for_us_signs_nobody_in(officer, device, wrong):
    with pytest.raises(signing_in.NotSignedIn):
        signing_in.check_officer_passkey(device.answer(options(), **wrong), ANYBODY)
    assert not Entry.objects.filter(action="officer.signed_in").exists()


@pytest.mark.parametrize(
    "sent", ["", "{}", "[]", "null", "[" * 19_000, '{"response": 1}', "x" * 30_000]
)
def test_what_is_no_answer_signs_nobody_in(officer, device, sent):
    with pytest.raises(signing_in.NotSignedIn):
        signing_in.check_officer_passkey(sent, ANYBODY)


def test_an_answer_is_taken_once(officer, device):
    answer = device.answer(options())
    signing_in.check_officer_passkey(answer, ANYBODY)
    with pytest.raises(signing_in.NotSignedIn):
        signing_in.check_officer_passkey(answer, ANYBODY)
    # And it stops nothing: who sends an old answer again need not have the device.
    assert OfficerPasskey.objects.get().stopped_at is None


def test_one_challenge_is_not_answered_twice_by_a_device_that_counts_nothing(officer):
    phone = added(officer, counts=False)
    asked = options()
    signing_in.check_officer_passkey(phone.answer(asked), ANYBODY)
    with pytest.raises(signing_in.NotSignedIn):
        signing_in.check_officer_passkey(phone.answer(asked), ANYBODY)
    assert OfficerPasskey.objects.get().is_synced
    assert signing_in.check_officer_passkey(phone.answer(options()), ANYBODY) == officer


def test_a_challenge_is_good_for_five_minutes(officer, device, monkeypatch):
    asked = options()
    at = times.now()
    monkeypatch.setattr(times, "now", lambda: at + datetime.timedelta(seconds=299))
    assert signing_in.check_officer_passkey(device.answer(asked), ANYBODY) == officer
    asked = options()
    monkeypatch.setattr(times, "now", lambda: at + datetime.timedelta(seconds=600))
    with pytest.raises(signing_in.NotSignedIn):
        signing_in.check_officer_passkey(device.answer(asked), ANYBODY)
    # That of adding it and that of signing in; the one that came too late was not kept.
    assert remove_spent_challenges() == 2
    assert not SpentChallenge.objects.exists()


@pytest.mark.parametrize(
    "other",
    [
        ChallengeUse(ChallengePurpose.SIGN_IN, "another-browser"),
        ChallengeUse(ChallengePurpose.PRESENCE, BROWSER),
        ChallengeUse(ChallengePurpose.SIGN_IN, BROWSER, str(uuid.uuid4())),
        ChallengeUse(ChallengePurpose.SIGN_IN, BROWSER, about="something else"),
    ],
)
def test_a_challenge_is_good_for_one_browser_and_one_thing(officer, device, other):
    with pytest.raises(signing_in.NotSignedIn):
        signing_in.check_officer_passkey(device.answer(options(other)), ANYBODY)


def test_a_count_that_goes_back_stops_the_passkey_and_is_told(officer, device):
    signing_in.check_officer_passkey(device.answer(options()), ANYBODY)
    Notice.objects.all().delete()
    device.count -= 1
    with pytest.raises(signing_in.NotSignedIn):
        signing_in.check_officer_passkey(device.answer(options()), ANYBODY)
    assert OfficerPasskey.objects.get().stopped_at is not None
    failed = Entry.objects.get(action="officer.signin_failed")
    assert failed.detail["factor"] == "passkey"
    assert Notice.objects.filter(act=Notice.Act.COPIED, officer=officer, about=officer).exists()
    # Neither the copy nor the device itself, however far its count is.
    device.count += 50
    with pytest.raises(signing_in.NotSignedIn):
        signing_in.check_officer_passkey(device.answer(options()), ANYBODY)


def test_another_ones_passkey_is_no_second_step_and_no_presence(officer, device):
    other = make.officer(unit=make.unit(), password=PASSWORD)
    for_other = ChallengeUse(ChallengePurpose.SECOND_STEP, BROWSER, str(other.pk))
    with pytest.raises(signing_in.NotSignedIn):
        signing_in.check_officer_passkey(device.answer(options(for_other)), for_other)
    use = signing_in.presence_use(other, BROWSER)
    assert not signing_in.confirm_presence_with_passkey(other, device.answer(options(use)), use)
    assert Entry.objects.filter(action="officer.presence_failed").count() == 1


def test_a_passkey_shows_presence_once(officer, device):
    use = signing_in.presence_use(officer, BROWSER)
    answer = device.answer(options(use))
    assert signing_in.confirm_presence_with_passkey(officer, answer, use)
    assert not signing_in.confirm_presence_with_passkey(officer, answer, use)


def test_a_passkey_whose_user_is_said_to_be_another_one_is_refused(officer, device):
    device.user_handle = b"x" * 32
    with pytest.raises(signing_in.NotSignedIn):
        signing_in.check_officer_passkey(device.answer(options()), ANYBODY)


def test_a_signature_of_another_device_is_refused(officer, device):
    thief = SoftPasskey()
    thief.credential_id, thief.count = device.credential_id, 50
    with pytest.raises(signing_in.NotSignedIn):
        signing_in.check_officer_passkey(thief.answer(options()), ANYBODY)
    assert OfficerPasskey.objects.get().stopped_at is None


def test_nobody_signs_in_with_a_passkey_after_leaving_or_without_a_post(officer, device):
    Post.objects.update(valid_to=times.local_date(times.now()) - datetime.timedelta(days=1))
    with pytest.raises(signing_in.WithoutPost):
        signing_in.check_officer_passkey(device.answer(options()), ANYBODY)
    Officer.objects.update(is_active=False)
    with pytest.raises(signing_in.NotSignedIn):
        signing_in.check_officer_passkey(device.answer(options()), ANYBODY)


def test_adding_one_is_on_record_and_told_to_whoever_learns_of_a_new_second_factor(settings):
    stage = Stage()
    made = stage.make_officer()
    Notice.objects.all().delete()
    added(made)
    told = set(Notice.objects.filter(act=Notice.Act.PASSKEY).values_list("officer", flat=True))
    # Who asked, who agreed, who commands the ward; and the officer, who may not have done it.
    assert told == {stage.admin.pk, stage.commander.pk, stage.chief.pk, made.pk}
    entry = Entry.objects.get(action="officer.passkey_added")
    assert entry.detail["passkey"] == str(OfficerPasskey.objects.get().pk)
    assert "khóa xanh" not in str(entry.detail)


def test_whether_it_has_a_secret_to_give_is_kept_and_only_that(officer):
    added(officer)
    added(officer, has_prf=False)
    assert list(OfficerPasskey.objects.order_by("id").values_list("has_prf", flat=True)) == [
        True,
        False,
    ]
    assert OfficerPasskey.objects.first().transports == ["usb"]


@pytest.mark.parametrize(
    "wrong", [{"verified": False}, {"origin": "https://evil.example"}, {"relying_party": "x.vn"}]
)
def test_a_passkey_made_elsewhere_or_without_its_owner_is_not_added(officer, wrong):
    use = passkeys.use_for_new(officer, BROWSER, name="khóa", is_shared=False)
    asked = passkey_answers.options_for_new(officer, use, is_shared=False)
    with pytest.raises(passkeys.PasskeyNotMade):
        passkeys.add_passkey(
            SoftPasskey().make(asked, **wrong),
            name="khóa",
            is_shared=False,
            browser=BROWSER,
            by=officer,
        )
    assert not OfficerPasskey.objects.exists()


def test_what_was_asked_for_is_what_is_added(officer):
    """Another name, another kind of machine or a second time: none of it was confirmed."""
    use = passkeys.use_for_new(officer, BROWSER, name="khóa", is_shared=True)
    asked = passkey_answers.options_for_new(officer, use, is_shared=True)
    made = SoftPasskey().make(asked)
    said = {"name": "khóa", "is_shared": True, "browser": BROWSER}
    for changed in ({"name": "khác"}, {"is_shared": False}, {"browser": "another"}):
        with pytest.raises(passkeys.PasskeyNotMade):
            passkeys.add_passkey(made, **said | changed, by=officer)
    passkeys.add_passkey(made, **said, by=officer)
    with pytest.raises(passkeys.PasskeyNotMade):
        passkeys.add_passkey(made, **said, by=officer)


def test_on_a_shared_machine_a_passkey_of_the_machine_is_not_added(officer):
    with pytest.raises(passkeys.StaysOnSharedMachine):
        added(officer, shared=True, attachment="platform")
    added(officer, shared=True)


def test_nobody_has_more_than_ten(officer):
    for _each in range(passkeys.MOST_PASSKEYS):
        added(officer)
    with pytest.raises(passkeys.TooManyPasskeys):
        added(officer)


def test_a_passkey_is_its_owners_alone(officer, device):
    other = make.officer(unit=make.unit())
    kept = OfficerPasskey.objects.get()
    with pytest.raises(NotAllowed):
        passkeys.rename_passkey(kept.pk, name="của tôi", by=other)
    with pytest.raises(NotAllowed):
        passkeys.remove_passkey(kept.pk, by=other)
    passkeys.rename_passkey(kept.pk, name="khóa đỏ", by=officer)
    kept.refresh_from_db()
    assert kept.label == "khóa đỏ"


def test_no_account_is_left_without_a_second_factor(officer, device):
    kept = OfficerPasskey.objects.get()
    Officer.objects.filter(pk=officer.pk).update(totp_box=b"")
    with pytest.raises(passkeys.LastSecondFactor):
        passkeys.remove_passkey(kept.pk, by=officer)
    # One that was stopped is none.
    added(officer)
    OfficerPasskey.objects.exclude(pk=kept.pk).update(stopped_at=times.now())
    with pytest.raises(passkeys.LastSecondFactor):
        passkeys.remove_passkey(kept.pk, by=officer)
    second_factor.set_totp_secret(officer)
    passkeys.remove_passkey(kept.pk, by=officer)
    assert Entry.objects.filter(action="officer.passkey_removed").exists()
    with pytest.raises(signing_in.NotSignedIn):
        signing_in.check_officer_passkey(device.answer(options()), ANYBODY)


def test_a_new_sign_in_takes_the_passkeys_of_the_old_one_away():
    stage = Stage()
    added(stage.officer)
    stage.renewed(stage.officer)
    assert not OfficerPasskey.objects.exists()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://10.0.0.5:8001", "bằng một dãy số hoặc một tên rút gọn"),
        ("https://10.0.0.5", "bằng một dãy số hoặc một tên rút gọn"),
        ("https://tructuyen", "bằng một dãy số hoặc một tên rút gọn"),
        ("http://desk.keng.example", "không có TLS (https)"),
        ("https://desk.keng.example", "https://desk.keng.example"),
    ],
)
def test_where_passkeys_cannot_be_the_page_says_why_and_digits_stay(
    desk_client, officer, settings, address, words
):
    settings.DESK_URL = address
    sign_in(desk_client, officer)
    page = desk_client.get(url("my-passkeys")).content.decode()
    assert words in page
    assert url("passkey-new") not in page
    answer = desk_client.post(
        url("passkey-new"), {"name": "khóa", "machine": "own", "code": code_of(officer)}
    )
    assert words in answer.content.decode()
    asked = desk_client.post(url("sign-in-passkey-options"))
    assert set(asked.json()) == {"why_not"}


HERE = {"SERVER_NAME": "localhost", "SERVER_PORT": "8001"}


def test_adding_and_signing_in_through_the_pages(desk_client, officer):
    """Two pages to add it, one button to sign in; a wrong code adds nothing."""
    sign_in(desk_client, officer)
    given = {"name": "khóa xanh", "machine": "own"}
    refused = desk_client.post(url("passkey-new"), {**given, "code": "000000"}, **HERE)
    assert refused.status_code == 422
    page = desk_client.post(url("passkey-new"), {**given, "code": code_of(officer)}, **HERE)
    found = re.search(r'data-passkey-create="([^"]*)"', page.content.decode())
    asked = json.loads(html.unescape(found[1]))
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["extensions"] == {"prf": {}}
    device = SoftPasskey()
    desk_client.post(url("passkey-add"), {**given, "passkey": device.make(asked)}, **HERE)
    assert "khóa xanh" in desk_client.get(url("my-passkeys"), **HERE).content.decode()

    # Presence on any page that asks for a code.
    asked = desk_client.post(url("passkey-options"), **HERE).json()["options"]
    assert len(asked["allowCredentials"]) == 1
    again = desk_client.post(
        url("passkey-new"), {**given, "code": "", "passkey": device.answer(asked)}, **HERE
    )
    assert again.status_code == 200
    assert "data-passkey-create" in again.content.decode()

    desk_client.post(url("sign-out"), **HERE)
    desk_client.get(url("sign-in"), **HERE)
    asked = desk_client.post(url("sign-in-passkey-options"), **HERE).json()["options"]
    assert not asked.get("allowCredentials")
    sent = {"passkey": device.answer(asked)}
    answer = desk_client.post(f"{url('sign-in-passkey')}?next=/settings/", sent, **HERE)
    assert answer.url == "/settings/"
    assert desk_client.get(url("my-settings"), **HERE).status_code == 200


def test_after_the_password_the_passkey_of_this_officer_stands_for_the_digits(
    desk_client, officer, device
):
    other = added(make.officer(unit=make.unit(), password=PASSWORD))
    desk_client.post(url("sign-in"), {"username": officer.username, "password": PASSWORD}, **HERE)
    step = {"step": "second"}
    asked = desk_client.post(url("sign-in-passkey-options"), step, **HERE).json()["options"]
    assert len(asked["allowCredentials"]) == 1
    refused = desk_client.post(
        url("sign-in-passkey"), {**step, "passkey": other.answer(asked)}, **HERE
    )
    assert refused.status_code == 422
    assert "Khóa truy cập này không đăng nhập được ở đây" in refused.content.decode()
    answer = desk_client.post(
        url("sign-in-passkey"), {**step, "passkey": device.answer(asked)}, **HERE
    )
    assert answer.status_code == 302
    assert "officer" in desk_client.session


def test_the_answer_of_one_browser_signs_in_no_other_one(desk_client, officer, device):
    asked = desk_client.post(url("sign-in-passkey-options"), **HERE).json()["options"]
    answer = device.answer(asked)
    other = type(desk_client)()
    other.get(url("sign-in"), **HERE)
    refused = other.post(url("sign-in-passkey"), {"passkey": answer}, **HERE)
    assert refused.status_code == 422
    assert "officer" not in other.session
