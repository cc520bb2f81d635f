"""The locked screen: when it locks, what it answers with, how it opens, and that an alarm rings."""

import datetime

import pytest
from django.contrib.auth.hashers import is_password_usable
from django.urls import URLPattern, get_resolver, reverse

from keng.accounts import passkey_answers, screen_lock, second_factor
from keng.accounts.middleware import OPEN_PAGES, OPEN_WHILE_LOCKED
from keng.accounts.models import DeskSession, Officer, OfficerPasskey
from keng.accounts.passkey_challenges import ChallengePurpose, ChallengeUse
from keng.accounts.password_checks import SignInBusy
from keng.accounts.tests.stage import PASSWORD, code_of
from keng.accounts.tests.test_passkeys import HERE, added
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.kit import times
from tests import make

pytestmark = pytest.mark.django_db
PIN = "739154"
WORDS = "Hắn vung dao ngoài cổng kho thóc"


@pytest.fixture
def officer():
    made = make.officer(unit=make.unit(), password=PASSWORD)
    second_factor.set_totp_secret(made)
    return made


@pytest.fixture
def desk(desk_client, officer, settings):
    settings.SCREEN_LOCK_MINUTES = 10
    settings.DESK_URL = "http://localhost:8001"
    screen_lock.set_pin(PIN, by=officer)
    return sign_in(desk_client, officer)


@pytest.fixture
def later(monkeypatch):
    """Let so many minutes go by."""
    began, gone = times.now(), [0.0]

    def go(minutes):
        gone[0] += minutes
        monkeypatch.setattr(times, "now", lambda: began + datetime.timedelta(minutes=gone[0]))

    return go


def url(name, *args):
    return reverse(name, "keng.site.desk_urls", args=args)


def is_open(client):
    return client.get(url("my-settings")).status_code == 200


def unlock(client, pin, **more):
    return client.post(url("screen-unlock"), {"pin": pin, **more})


def test_it_locks_after_ten_minutes_and_not_before(desk, later):
    for _each in range(5):
        later(9)
        assert is_open(desk)
    later(10)
    answer = desk.get(url("my-sessions"))
    assert answer.url == f"{url('screen-locked')}?next=%2Fsettings%2Fsessions%2F"
    # A reload, or a look at another page, does not make it anybody's.
    assert not is_open(desk)


def test_what_a_page_asks_for_by_itself_keeps_nothing_open(desk, later, settings):
    for _each in range(21):
        later(0.5)
        desk.get(url("alarm"), headers={"HX-Request": "true"})
        desk.post(url("tip-now", make.some_id()))
        desk.get(url("waiting"), headers={"HX-Request": "true"})
    assert not is_open(desk)


@pytest.mark.django_db(transaction=True)
def test_it_locks_and_opens_where_a_request_only_reads_outside_of_an_act(desk):
    assert desk.post(url("screen-lock")).status_code < 400
    assert not is_open(desk)
    unlock(desk, "000000")
    assert not is_open(desk)
    unlock(desk, PIN)
    assert is_open(desk)


def test_whoever_types_is_there(desk, later):
    for _each in range(30):
        later(1)
        assert desk.post(url("screen-awake")).status_code == 204
    assert is_open(desk)


def test_a_locked_session_answers_with_nothing_but_the_page_that_unlocks(desk):
    """Every address of the desk, by look and by form, by a person and by a script."""
    desk.post(url("screen-lock"))
    patterns = get_resolver("keng.site.desk_urls").url_patterns
    tried = 0
    for pattern in patterns:
        assert isinstance(pattern, URLPattern)
        if pattern.name in {*OPEN_WHILE_LOCKED, *OPEN_PAGES}:
            continue
        known = pattern.pattern.converters
        args = {
            name: make.some_id() if type(each).__name__ == "UUIDConverter" else 1
            for name, each in known.items()
        }
        try:
            there = reverse(pattern.name, "keng.site.desk_urls", kwargs=args)
        except Exception:  # noqa: BLE001 -- one whose words have a form of their own
            continue
        tried += 1
        looked = desk.get(there)
        assert looked.status_code == 302, there
        assert looked.url.startswith(url("screen-locked")), there
        assert desk.post(there).status_code == 423, there
        part = desk.get(there, headers={"HX-Request": "true"})
        assert (part.status_code, part.content) == (423, b""), there
    assert tried > 150
    assert DeskSession.objects.get().locked_at is not None


def test_the_page_that_unlocks_names_the_officer_and_nothing_else(desk, officer):
    session = desk.session
    session["_messages"] = "[]"
    session.save()
    desk.post(url("screen-lock"))
    page = desk.get(url("screen-locked")).content.decode()
    assert str(officer) in page
    for name in ("inbox", "my-settings", "find", "notice-seen"):
        if name != "notice-seen":
            assert f'href="{url(name)}"' not in page
    assert "screen-cover" not in page


def test_saving_a_session_that_was_read_before_does_not_unlock_it(desk):
    """A toast written by a slow request wrote the whole row again."""
    slow = desk.session
    slow["toast"] = "x"
    desk.post(url("screen-lock"))
    slow.save()
    assert DeskSession.objects.get().locked_at is not None
    assert not is_open(desk)


def test_the_pin_opens_it_where_it_was(desk):
    desk.post(url("screen-lock"))
    answer = unlock(desk, PIN, next="/settings/sessions/")
    assert answer.url == "/settings/sessions/"
    assert is_open(desk)
    desk.post(url("screen-lock"))
    assert unlock(desk, PIN, next="https://evil.example/").url == url("desk-home")


def test_five_wrong_pins_end_the_session(desk, officer):
    desk.post(url("screen-lock"))
    for _each in range(4):
        page = unlock(desk, "111222")
        assert page.status_code == 422
        assert "Chưa mở khóa được" in page.content.decode()
    assert unlock(desk, "111222").url == url("sign-in")
    assert not DeskSession.objects.filter(officer=officer).exists()
    assert Entry.objects.filter(action="officer.unlock_failed").count() == 1
    # Neither is the right one of use any more.
    assert unlock(desk, PIN).url == url("sign-in")


def test_four_wrong_ones_and_the_right_one_begin_anew(desk):
    for _each in range(2):
        desk.post(url("screen-lock"))
        for _other in range(4):
            unlock(desk, "111222")
        assert unlock(desk, PIN).status_code == 302
    assert is_open(desk)


def test_without_a_pin_the_digits_of_the_moment_open_it_once(desk, officer):
    screen_lock.set_pin("", by=officer)
    desk.post(url("screen-lock"))
    code = code_of(officer)
    assert unlock(desk, code).status_code == 302
    desk.post(url("screen-lock"))
    assert unlock(desk, code).status_code == 422


def test_a_passkey_opens_it_and_another_ones_does_not(desk, officer):
    device, stranger = added(officer), added(make.officer(unit=make.unit()))
    desk.post(url("screen-lock"))
    asked = desk.post(url("screen-unlock-options"), **HERE).json()["options"]
    refused = desk.post(url("screen-unlock"), {"passkey": stranger.answer(asked)}, **HERE)
    assert refused.status_code == 422
    answer = desk.post(url("screen-unlock"), {"passkey": device.answer(asked)}, **HERE)
    assert answer.status_code == 302
    assert is_open(desk)


def test_an_answer_that_shows_presence_does_not_unlock(desk, officer):
    device = added(officer)
    use = ChallengeUse(ChallengePurpose.PRESENCE, desk.session.session_key, str(officer.pk))
    asked = passkey_answers.options_for_answer(OfficerPasskey, use)
    desk.post(url("screen-lock"))
    assert desk.post(url("screen-unlock"), {"passkey": device.answer(asked)}).status_code == 422


def test_a_cover_is_answered_without_leaving_its_page(desk, officer):
    cover = {"X-Keng-Cover": str(officer.pk)}
    assert desk.post(url("screen-lock"), headers=cover).status_code == 204
    wrong = desk.post(url("screen-unlock"), {"pin": "111222"}, headers=cover)
    assert wrong.status_code == 422
    assert wrong.json()["over"] is False
    assert "Chưa mở khóa được" in wrong.json()["said"]
    assert desk.post(url("screen-unlock"), {"pin": PIN}, headers=cover).status_code == 204


def test_who_signs_in_next_opens_no_page_that_was_left_covered(desk, officer):
    """Their session is open, and what the page shows beneath is another one's."""
    other = make.officer(unit=make.unit())
    sign_in(desk, other)
    left = {"X-Keng-Cover": str(officer.pk)}
    answer = desk.post(url("screen-unlock"), {"pin": PIN}, headers=left)
    assert (answer.status_code, answer.json()["over"]) == (422, True)
    own = {"X-Keng-Cover": str(other.pk)}
    assert desk.post(url("screen-unlock"), {"pin": ""}, headers=own).status_code == 204


def test_what_was_typed_into_a_form_that_came_too_late_is_given_back(desk, settings):
    settings.IS_DESK = True
    desk.post(url("screen-lock"))
    words = "Tôi đã gọi cho người báo tin lúc chín giờ tối"
    page = desk.post(
        url("tip-note", make.some_id()), {"text": words}, headers={"Origin": "http://testserver"}
    )
    assert page.status_code == 423
    assert words in page.content.decode()
    # And no secret.
    page = desk.post(
        url("my-pin"),
        {"pin": PIN, "code": "123 456 789 012 345"},
        headers={"Origin": "http://testserver"},
    )
    assert PIN not in page.content.decode()


def test_an_alarm_rings_at_a_locked_screen_without_its_words(desk, officer):
    unit = officer.current_posts[0].unit
    tip = make.tip(unit=unit, text=WORDS, urgency="P0")
    page = desk.get(url("alarm")).content.decode()
    assert "vung dao" in page
    desk.post(url("screen-lock"))
    page = desk.get(url("alarm")).content.decode()
    assert "1 tin khẩn cấp chưa ai nhận" in page
    assert "data-alarm" in page
    for told in ("vung dao", str(tip.pk), "Nếnh", "<form", "<a "):
        assert told not in page


def test_somebody_else_ends_the_session_and_signs_in(desk, officer):
    desk.post(url("screen-lock"))
    assert desk.post(url("sign-out")).url == url("sign-in")
    assert not DeskSession.objects.filter(officer=officer).exists()


@pytest.mark.parametrize("easy", ["000000", "999999", "123456", "987654", "890123", "543210"])
def test_a_pin_that_is_tried_first_is_not_taken(officer, easy):
    with pytest.raises(screen_lock.EasyPin):
        screen_lock.set_pin(easy, by=officer)


def test_the_page_of_the_pin_speaks_of_a_pin_and_of_no_password(desk):
    page = desk.get(url("my-pin")).content.decode()
    assert "(không bắt buộc)" not in page
    answer = desk.post(url("my-pin"), {"pin": "40", "again": "", "code": "000000"})
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "Mã PIN có 6 số." in said
    assert "Hãy nhập mã PIN mới lần thứ hai." in said
    assert "mật khẩu" not in said.partition("<main")[2].partition("</main>")[0]


def test_a_pin_is_set_with_a_fresh_second_factor_and_kept_as_a_hash(desk, officer):
    given = {"pin": "408172", "again": "408172"}
    assert desk.post(url("my-pin"), {**given, "code": "000000"}).status_code == 422
    assert desk.post(url("my-pin"), {**given, "again": "4", "code": "1"}).status_code == 422
    assert desk.post(url("my-pin"), {**given, "code": code_of(officer)}).status_code == 302
    stored = Officer.objects.get(pk=officer.pk).pin
    assert is_password_usable(stored)
    assert "408172" not in stored
    assert Entry.objects.filter(action="officer.pin_set").count() == 2
    desk.post(url("my-pin"), {"remove": "1", "code": code_of(officer)})
    assert Officer.objects.get(pk=officer.pk).pin == ""


def test_with_0_minutes_it_locks_by_the_button_alone(desk, later, settings):
    settings.SCREEN_LOCK_MINUTES = 0
    later(50)
    assert is_open(desk)
    desk.post(url("screen-lock"))
    assert not is_open(desk)


def test_tries_that_nobody_looked_at_end_no_session(desk, monkeypatch):
    def busy(*_args, **_kwargs):
        raise SignInBusy

    desk.post(url("screen-lock"))
    with monkeypatch.context() as others_sign_in:
        others_sign_in.setattr(screen_lock, "is_password_right", busy)
        for _each in range(6):
            assert unlock(desk, PIN).status_code == 422
    assert unlock(desk, PIN).status_code == 302
    assert is_open(desk)
