"""Sessions of the desk: unreadable in the database, seen and ended by their officer, and short."""

import datetime

import pytest
from django.conf import settings
from django.urls import reverse

from keng.accounts import partner_signing, second_factor, sessions
from keng.accounts.devices import device_of, device_words
from keng.accounts.models import DeskSession, Officer, PartnerSession, Post
from keng.accounts.tasks import TASKS
from keng.accounts.tests.stage import Stage, code_of
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.kit import times
from tests import make

pytestmark = pytest.mark.django_db
PASSWORD = "mot-cau-rat-dai-2026"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; SM-A546E) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/129.0.0.0 Mobile Safari/537.36"
)


@pytest.fixture
def officer():
    return make.officer(unit=make.unit(), password=PASSWORD)


@pytest.fixture
def other_client(desk_client):
    """A second browser of the same officer."""
    return type(desk_client)()


def address(name):
    return reverse(name, "keng.site.desk_urls")


def is_in(client):
    """Whether a page opens."""
    return client.get(address("my-settings")).status_code == 200


def cookie(client):
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def test_a_copied_row_signs_nobody_in_and_says_nothing(desk_client, other_client, officer):
    """The row held the cookie itself: used as one, it opened the list."""
    session = desk_client.session
    session["what_is_open"] = "mot-tin-rieng"
    session.save()
    sign_in(desk_client, officer)
    row = DeskSession.objects.get(officer=officer)
    assert cookie(desk_client) not in str(row.__dict__)
    assert "mot-tin-rieng" not in row.session_data
    other_client.cookies[settings.SESSION_COOKIE_NAME] = row.session_key
    assert not is_in(other_client)
    assert is_in(desk_client)


def test_the_content_opens_with_the_cookie_alone(desk_client, officer):
    sign_in(desk_client, officer)
    row = DeskSession.objects.get(officer=officer)
    assert sessions.SessionStore(cookie(desk_client)).decode(row.session_data)
    assert sessions.SessionStore("an-other-cookie-of-the-length").decode(row.session_data) == {}


def test_twelve_hours_after_the_sign_in_it_is_over_however_busy(desk_client, officer, monkeypatch):
    sign_in(desk_client, officer)
    began = times.now()
    for minutes in range(30, 12 * 60, 30):
        monkeypatch.setattr(times, "now", lambda m=minutes: began + datetime.timedelta(minutes=m))
        # A page that writes into the session, as most of the desk's do: it began anew each time.
        session = desk_client.session
        session["folder"] = str(minutes)
        session.save()
        assert is_in(desk_client), minutes
    monkeypatch.setattr(times, "now", lambda: began + sessions.SESSION_LASTS)
    assert not is_in(desk_client)


def test_an_hour_without_an_open_page_ends_it(desk_client, officer, monkeypatch):
    sign_in(desk_client, officer)
    began = times.now()
    monkeypatch.setattr(times, "now", lambda: began + datetime.timedelta(minutes=50))
    assert is_in(desk_client)
    monkeypatch.setattr(times, "now", lambda: began + datetime.timedelta(minutes=100))
    assert is_in(desk_client)
    monkeypatch.setattr(times, "now", lambda: began + datetime.timedelta(minutes=161))
    assert not is_in(desk_client)


def test_being_there_is_written_down_to_five_minutes(desk_client, officer):
    sign_in(desk_client, officer)
    assert is_in(desk_client)
    row = DeskSession.objects.get(officer=officer)
    assert row.seen_at.timestamp() % 300 == 0
    DeskSession.objects.update(seen_at=row.seen_at - datetime.timedelta(minutes=10))
    assert is_in(desk_client)
    assert DeskSession.objects.get(officer=officer).seen_at >= row.seen_at


def test_the_worker_removes_what_is_over(desk_client, officer, become, monkeypatch):
    sign_in(desk_client, officer)
    over = DeskSession(session_key="a", session_data="", expire_date=times.now())
    over.began_at = over.seen_at = times.now()
    over.save()
    idle = DeskSession(session_key="b", session_data="")
    idle.expire_date = times.now() + sessions.SESSION_LASTS
    idle.began_at = idle.seen_at = times.now() - sessions.SESSION_IDLE
    idle.save()
    become("worker")
    assert [task.run() for task in TASKS] == [2, 0, 0]
    become("owner")
    assert DeskSession.objects.get().officer == officer


def test_the_worker_removes_partners_sessions_that_are_over(become):
    unit = make.province_unit()
    member = partner_member(unit)
    for hours in (-1, 1):
        PartnerSession.objects.create(
            member=member,
            token_hash=bytes([hours + 1]),
            expires_at=times.now() + datetime.timedelta(hours=hours),
        )
    become("worker")
    assert partner_signing.remove_ended_partner_sessions() == 1
    become("owner")
    assert PartnerSession.objects.count() == 1


def partner_member(unit):
    from keng.accounts.models import Partner, PartnerMember

    partner = Partner.objects.create(
        name="Đoàn", kind="youth_union", purposes=["fraud"], invited_by_unit=unit
    )
    return PartnerMember.objects.create(partner=partner, username="thu", name="Thu", password="x")


@pytest.mark.parametrize("ends", ["post", "account"])
def test_a_session_ends_with_the_last_post_and_with_the_account(desk_client, officer, ends):
    sign_in(desk_client, officer)
    assert is_in(desk_client)
    if ends == "post":
        yesterday = times.local_date(times.now()) - datetime.timedelta(days=1)
        Post.objects.update(valid_to=yesterday)
    else:
        Officer.objects.update(is_active=False)
    assert not is_in(desk_client)
    assert not DeskSession.objects.filter(officer=officer).exists()
    # A pager could still be added.
    assert desk_client.get(address("pagers")).url.startswith(address("sign-in"))


def test_all_sessions_of_an_officer_end_with_one_call(desk_client, other_client, officer):
    colleague = make.officer(unit=make.unit())
    for client, whose in ((desk_client, officer), (other_client, colleague)):
        sign_in(client, whose)
    assert sessions.end_sessions(officer) == 1
    assert not is_in(desk_client)
    assert is_in(other_client)


def test_a_new_sign_in_leaves_no_row_of_a_session(desk_client):
    stage = Stage()
    sign_in(desk_client, stage.officer)
    stage.renewed(stage.officer)
    assert not DeskSession.objects.filter(officer=stage.officer).exists()


def signed_in_twice(first, second, officer):
    for client, agent in ((first, FIREFOX), (second, ANDROID)):
        sign_in(client, officer)
        session = client.session
        session[sessions.DEVICE_KEY] = device_of(agent)
        session.save()


def test_the_page_lists_ones_own_and_marks_this_one(desk_client, other_client, officer):
    signed_in_twice(desk_client, other_client, officer)
    sign_in(type(desk_client)(), make.officer(unit=make.unit()))
    page = desk_client.get(address("my-sessions"))
    rows = page.content.decode().partition("<tbody>")[2].partition("</tbody>")[0].split("<tr>")[1:]
    assert len(rows) == 2
    assert "Máy tính, Firefox" in rows[0]
    assert ">phiên này<" in rows[0]
    assert "Điện thoại hoặc máy tính bảng, Chrome" in rows[1]
    assert ">phiên này<" not in rows[1]


def end(client, officer, chosen, **instead):
    second_factor.set_totp_secret(officer)
    given = {"session": chosen, "code": code_of(officer)} | instead
    return client.post(address("session-end"), given)


def test_one_is_ended_at_once_and_on_record(desk_client, other_client, officer):
    signed_in_twice(desk_client, other_client, officer)
    assert end(desk_client, officer, sessions.row_key(cookie(other_client))).status_code == 302
    assert not is_in(other_client)
    assert is_in(desk_client)
    entry = Entry.objects.get(action="officer.sessions_ended")
    assert (entry.actor_id, entry.detail) == (str(officer.pk), {"count": 1})


def test_all_others_are_ended_at_once(desk_client, other_client, officer):
    signed_in_twice(desk_client, other_client, officer)
    third = sign_in(type(desk_client)(), officer)
    assert end(desk_client, officer, "others").status_code == 302
    assert [is_in(each) for each in (desk_client, other_client, third)] == [True, False, False]
    assert end(desk_client, officer, "others").status_code == 422
    assert Entry.objects.filter(action="officer.sessions_ended").count() == 1


@pytest.mark.parametrize("code", ["", "000000", "12345"])
def test_whoever_sits_at_a_forgotten_browser_ends_no_other(
    desk_client, other_client, officer, code
):
    """The session of the officer who is called at night could be ended by one press."""
    signed_in_twice(desk_client, other_client, officer)
    answer = end(desk_client, officer, sessions.row_key(cookie(other_client)), code=code)
    assert answer.status_code == 422
    assert is_in(other_client)
    assert not Entry.objects.filter(action="officer.sessions_ended").exists()


def test_nobody_ends_a_session_of_somebody_else(desk_client, other_client, officer):
    sign_in(desk_client, officer)
    sign_in(type(desk_client)(), officer)
    sign_in(other_client, make.officer(unit=make.unit()))
    assert end(desk_client, officer, sessions.row_key(cookie(other_client))).status_code == 422
    assert is_in(other_client)
    assert not Entry.objects.filter(action="officer.sessions_ended").exists()


@pytest.mark.parametrize(
    ("agent", "kept", "words"),
    [
        (FIREFOX, "computer firefox", "Máy tính, Firefox"),
        (ANDROID, "phone chrome", "Điện thoại hoặc máy tính bảng, Chrome"),
        ("curl/8", "computer other", "Máy tính, trình duyệt khác"),
        ("", "", "Thiết bị không rõ"),
    ],
)
def test_two_words_of_a_closed_list_are_kept_of_a_browser(agent, kept, words):
    assert device_of(agent) == kept
    assert device_words(kept) == words
