"""A device as a pager: subscribed on the desk, called by the sender, read by the browser alone."""

import pytest

from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.channels.fake import running_provider
from keng.channels.sms.fake import FakeSms
from keng.channels.voice.fake import FakeVoice
from keng.channels.web_push.fake import running_push_service
from keng.conftest import sign_in
from keng.delivery import push_account
from keng.delivery.actions.accounts import add_account
from keng.delivery.models import ChannelAccount, Delivery, Dispatch, PagerTest, PagerWay
from keng.delivery.tests.sending import all_sent, send_until, states
from keng.duty import pager_acts
from tests import make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("as_sender")]


@pytest.fixture
def service():
    """A push service of one's own."""
    with running_push_service() as found:
        yield found


@pytest.fixture
def officer(service, monkeypatch):
    """An officer of a province that can push."""
    monkeypatch.setenv("KENG_PUSH_URL", service.url)
    unit = make.province_unit()
    push_account.make_push_account()
    return make.officer(unit=unit)


@pytest.fixture(autouse=True)
def right_code(monkeypatch):
    """The code 1 is right, and no other one."""
    monkeypatch.setattr("keng.accounts.presence.confirm_presence", lambda _o, code: code == "1")


def subscribe(client, browser, **more):
    given = browser.subscription()
    values = {"endpoint": given["endpoint"], **given["keys"], "code": "1"} | more
    said = "Mozilla/5.0 (Linux; Android 14) Chrome/130"
    return client.post("/pagers/device/", values, headers={"user-agent": said})


def test_a_device_is_called_and_nobody_on_the_way_reads_it(desk_client, officer, service):
    sign_in(desk_client, officer)
    assert (
        push_account.push_settings()["vapid_public"] in desk_client.get("/pagers/").content.decode()
    )
    browser = service.browser()
    assert subscribe(desk_client, browser).status_code == 302
    way = PagerWay.objects.get()
    assert (way.kind, way.hint) == ("web_push", "Chrome, Android")
    assert browser.endpoint.encode() not in bytes(way.address_sealed)
    assert desk_client.post("/pagers/test/").status_code == 302
    send_until(all_sent(1))
    shown = service.wait_for(browser, "thử")
    assert "/pagers/test/" in shown["body"]


def test_a_browser_that_unsubscribed_is_called_no_more(officer, service):
    browser = service.browser()
    browser.status = 410
    from keng.channels.web_push import PushSubscription

    given = browser.subscription()
    found = PushSubscription.from_parts(
        given["endpoint"], given["keys"]["p256dh"], given["keys"]["auth"]
    )
    pager_acts.add_device_pager(found, "Firefox", by=officer)
    pager_acts.test_pagers(by=officer)
    send_until(lambda: PagerWay.objects.filter(gone_at__isnull=False).exists())
    assert states() == {"gone": 1}
    assert Entry.objects.filter(action="address.gone").exists()
    with pytest.raises(pager_acts.NoPager):
        pager_acts.test_pagers(by=officer)
    # The call that reached nobody is not kept.
    assert Dispatch.objects.count() == PagerTest.objects.count() == 1


@pytest.mark.parametrize(
    "endpoint", ["https://evil.example/1", "http://127.0.0.1:5432/", "https://127.0.0.1/x", ""]
)
def test_only_a_push_service_can_be_subscribed_to(desk_client, officer, service, endpoint):
    sign_in(desk_client, officer)
    browser = service.browser()
    browser.endpoint = endpoint
    assert subscribe(desk_client, browser).status_code == 400
    assert not PagerWay.objects.exists()


def test_an_officer_switches_and_removes_their_own_pagers_only(desk_client, officer):
    sign_in(desk_client, officer)
    other = make.officer(unit=officer.current_posts[0].unit)
    mine, theirs = (
        pager_acts.add_email_pager(f"a@{n}.example", by=o) for n, o in enumerate((officer, other))
    )
    assert desk_client.post(f"/pagers/{theirs.pk}/", {"do": "remove"}).status_code == 404
    desk_client.post(f"/pagers/{mine.pk}/", {"do": "off", "code": "1"})
    mine.refresh_from_db()
    assert not mine.is_on
    desk_client.post(f"/pagers/{mine.pk}/", {"do": "remove", "code": "1"})
    assert list(PagerWay.objects.all()) == [theirs]


def test_nobody_touches_another_officers_pager_by_its_id(officer):
    way = pager_acts.add_email_pager("a@nha.example", by=officer)
    other = make.officer(unit=officer.current_posts[0].unit)
    with pytest.raises(NotAllowed):
        pager_acts.switch_pager(way.pk, is_on=False, by=other)
    with pytest.raises(NotAllowed):
        pager_acts.remove_pager(way.pk, by=other)
    assert PagerWay.objects.get().is_on


def test_the_key_is_made_once(officer):
    push_account.make_push_account()
    account = ChannelAccount.objects.get(channel="web_push")
    before = bytes(account.tokens_sealed)
    push_account.make_push_account()
    account.refresh_from_db()
    assert bytes(account.tokens_sealed) == before
    assert "vapid_private" not in push_account.push_settings()
    assert not Delivery.objects.exists()


def test_the_script_that_shows_a_call_stands_at_the_root(desk_client):
    answer = desk_client.get("/sw.js")
    kind = "text/javascript; charset=utf-8"
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind)


def test_an_address_without_a_mailbox_to_send_from_is_said_to_be_silent(desk_client):
    officer = make.officer(unit=make.province_unit())
    sign_in(desk_client, officer)
    added = desk_client.post("/pagers/", {"email": "lan@congan.example", "code": "1"}, follow=True)
    page = added.content.decode()
    assert "chưa reo được" in page
    assert "chưa đặt hộp thư nào để gửi" in page
    assert "chưa đặt gì để chuyển cuộc gọi" in page
    tested = desk_client.post("/pagers/test/", follow=True).content.decode()
    assert "Đã lưu nhưng chưa gọi được" in tested
    assert "Chưa có máy nhận gọi nào" not in tested
    ChannelAccount.objects.create(unit=officer.current_posts[0].unit, channel="email", name="thu")
    assert "chưa reo được" not in desk_client.get("/pagers/").content.decode()
    assert desk_client.post("/pagers/test/", follow=True).status_code == 200
    assert Delivery.objects.get().channel == "email"


@pytest.mark.parametrize("code", [{}, {"code": ""}, {"code": "2"}])
def test_a_stolen_session_adds_no_address_and_no_device(desk_client, officer, service, code):
    sign_in(desk_client, officer)
    answer = desk_client.post("/pagers/", {"email": "thief@evil.example"} | code)
    assert answer.status_code == 422
    assert answer.context["form"].errors["code"]
    asked = desk_client.post("/pagers/device/", _device_of(service) | code)
    assert "Xác nhận là bạn" in asked.content.decode()
    assert not PagerWay.objects.exists()


@pytest.mark.parametrize("do", ["off", "remove", ""])
@pytest.mark.parametrize("code", [{}, {"code": "2"}])
def test_nor_does_it_silence_a_pager(desk_client, officer, do, code):
    way = pager_acts.add_email_pager("a@nha.example", by=officer)
    sign_in(desk_client, officer)
    asked = desk_client.post(f"/pagers/{way.pk}/", {"do": do} | code)
    assert asked.status_code == (422 if code else 200)
    assert f'name="do" value="{do}"' in asked.content.decode()
    way.refresh_from_db()
    assert way.is_on
    assert not Entry.objects.filter(action__in=["pager.switched", "pager.removed"]).exists()


def test_switching_one_on_takes_no_code(desk_client, officer):
    way = pager_acts.add_email_pager("a@nha.example", by=officer)
    pager_acts.switch_pager(way.pk, is_on=False, by=officer)
    sign_in(desk_client, officer)
    desk_client.post(f"/pagers/{way.pk}/", {"do": "on"})
    way.refresh_from_db()
    assert way.is_on


def _device_of(service):
    given = service.browser().subscription()
    return {"endpoint": given["endpoint"], **given["keys"]}


def test_a_telephone_rings_and_is_written_to_without_a_word_of_any_tip(desk_client, officer):
    with running_provider(FakeVoice()) as calls, running_provider(FakeSms()) as texts:
        unit = officer.current_posts[0].unit
        for channel, fake in (("voice", calls), ("sms", texts)):
            secrets = dict(fake.credentials())
            account = ChannelAccount(
                channel=channel,
                slug=channel,
                unit=unit,
                name=channel,
                base_url=secrets.pop("api_base"),
                rate_per_minute=600,
            )
            add_account(account, settings=secrets, tokens={})
        sign_in(desk_client, officer)
        given = {"phone": "+84 901 234 567", "by": ["voice", "sms"], "code": "1"}
        assert desk_client.post("/pagers/", given).status_code == 302
        ways = PagerWay.objects.order_by("kind")
        assert [(way.kind, way.hint) for way in ways] == [("sms", "…567"), ("voice", "…567")]
        assert all(b"901234567" not in bytes(way.address_sealed) for way in ways)
        assert desk_client.post("/pagers/test/").status_code == 302
        send_until(all_sent(2))
        (spoken,) = calls.texts_of("84901234567")
        assert spoken == "Kẻng: thử máy nhận gọi của bạn. Nếu máy đã reo: bấm hoặc nhắn số 1."
        (text,) = texts.texts_of("0901234567")
        assert text.isascii()
        assert "/pagers/test/" in text


@pytest.mark.parametrize(
    "wrong", [{"phone": "113"}, {"phone": ""}, {"by": []}, {"by": ["email"]}, {"code": "2"}]
)
def test_a_telephone_that_cannot_be_called_is_refused_in_words(desk_client, officer, wrong):
    sign_in(desk_client, officer)
    given = {"phone": "0901 234 567", "by": ["sms"], "code": "1"} | wrong
    answer = desk_client.post("/pagers/", given)
    assert answer.status_code == 422
    assert not PagerWay.objects.exists()


def test_a_number_is_kept_once_for_each_way(desk_client, officer):
    for _time in range(2):
        pager_acts.add_phone_pager("901234567", "sms", by=officer)
    pager_acts.add_phone_pager("901234567", "voice", by=officer)
    assert PagerWay.objects.count() == 2
