"""Warnings by e-mail: asked for, confirmed from the mailbox, stopped in one tap."""

import datetime
import re

import pytest
from django.test import Client
from django.urls import reverse

from keng.delivery.models import Delivery, Dispatch
from keng.delivery.priorities import Priority
from keng.delivery.public.subscribe import letters_per_network as letters_asked
from keng.kit import times
from keng.network import secret_links
from keng.network.actions.mailboxes import mailbox_of
from keng.network.actions.subscriptions import recent_mailboxes
from keng.network.models import Subscription
from keng.vault import opening, seal
from keng.vault.key_pairs import new_private_key, public_half
from keng.vault.models import SenderKey
from tests import make

pytestmark = pytest.mark.django_db


class Site:
    """A ward with a mailbox, and the sender's private key to read what only the sender can."""

    def __init__(self):
        self.place = make.place("Phường Nếnh")
        self.unit = make.unit(serves=self.place)
        self.account = make.channel_account(unit=self.unit, channel="email")
        self.key = new_private_key()
        SenderKey.objects.create(public_key=public_half(self.key))
        seal.forget_public_keys()

    def opened(self, ciphertext, kind, ref=None):
        return opening.open_with_unit_key(ciphertext, self.key, kind=kind, ref=ref).decode()

    def wish(self, **changes):
        return {
            "email": "Hoa@example.com",
            "places": [str(self.place.pk)],
            "language": "vi",
            "severity": "1",
            **changes,
        }


@pytest.fixture(autouse=True)
def nobody_asked_before():
    recent_mailboxes.forget()
    yield
    recent_mailboxes.forget()


@pytest.fixture
def site():
    yield Site()
    seal.forget_public_keys()


def url(name, *args):
    return reverse(name, args=args, urlconf="keng.site.public_urls")


def ask(client, site, **changes):
    return client.post(url("subscribe"), site.wish(**changes))


def letters():
    return Delivery.objects.filter(dispatch__kind="notice").order_by("id")


def link(site, letter, word):
    return re.search(
        rf"https?://[^/\s]+(/{word}/\S+)", site.opened(letter.text_sealed, "text", letter.pk)
    )[1]


def test_a_letter_goes_out_and_nothing_else_happens(public_client, site):
    assert ask(public_client, site).url == url("subscribe-sent")
    found = Subscription.objects.get()
    assert found.confirmed_at is None
    assert list(found.places.all()) == [site.place]
    letter = letters().get()
    assert (letter.state, letter.account, letter.recipient_ref) == (
        "queued",
        site.account,
        found.pk,
    )
    assert site.opened(letter.address_sealed, "address") == "Hoa@example.com"
    assert "Phường Nếnh" in site.opened(letter.text_sealed, "text", letter.pk)


def test_a_place_is_found_by_words_and_what_was_filled_in_stays(public_client, site):
    other = make.place("Phường Vân Hà")
    make.place("Phường Vân Hà", province_code="99")
    page = ask(public_client, site, q="van ha", find="1", email="giu@example.com")
    shown = page.content.decode()
    assert 'value="giu@example.com"' in shown
    ticked = re.findall(r'name="places" value="([^"]+)"( checked)?', shown)
    assert ticked == [(str(site.place.pk), " checked"), (str(other.pk), "")]
    assert 'role="alert"' not in shown
    assert Subscription.objects.count() == 0


def test_words_without_the_search_button_are_a_search_too(public_client, site):
    assert ask(public_client, site, q="nenh", places=[]).status_code == 200
    assert Subscription.objects.count() == 0
    assert ask(public_client, site, q="nenh", searched="nenh").url == url("subscribe-sent")


def test_no_list_of_all_communes_is_shown(public_client, site):
    for _n in range(30):
        make.place()
    assert 'name="places"' not in public_client.get(url("subscribe")).content.decode()


def test_the_place_on_the_visitors_own_first_page_is_ticked_already(public_client, site):
    public_client.cookies["keng_place"] = site.place.code
    shown = public_client.get(url("subscribe")).content.decode()
    assert re.findall(r'name="places" value="([^"]+)" checked', shown) == [str(site.place.pk)]


def test_the_address_is_nowhere_in_clear(public_client, site):
    ask(public_client, site)
    assert Subscription.objects.exists()
    for model in (Subscription, Delivery, Dispatch):
        for row in model.objects.values():
            assert "hoa@example" not in repr(row).lower()


def test_opening_the_letter_confirms_nothing_and_the_button_does(public_client, site):
    ask(public_client, site)
    address = link(site, letters().get(), "subscribe")
    public_client.get(address)
    public_client.head(address)
    assert Subscription.objects.get().confirmed_at is None
    public_client.post(address)
    assert Subscription.objects.get().confirmed_at is not None
    assert "Từ giờ bạn nhận cảnh báo" in public_client.get(address).content.decode()


def test_asking_again_at_once_sends_no_second_letter(public_client, site):
    ask(public_client, site)
    ask(public_client, site, email="hoa@EXAMPLE.com ")
    assert letters().count() == 1


def test_the_page_does_not_tell_whether_an_address_was_known(public_client, site):
    first = ask(public_client, site)
    Subscription.objects.update(
        confirmed_at=times.now(), asked_at=times.now() - datetime.timedelta(hours=1)
    )
    again = ask(public_client, site)
    assert (first.status_code, first.url) == (again.status_code, again.url)
    letter = letters().last()
    assert "đang nhận cảnh báo" in site.opened(letter.text_sealed, "text", letter.pk)


def test_nobody_can_change_what_another_person_receives(public_client, site):
    ask(public_client, site)
    hour_ago = times.now() - datetime.timedelta(hours=1)
    Subscription.objects.update(confirmed_at=times.now(), asked_at=hour_ago)
    other = make.place()
    make.unit(serves=other)
    ask(public_client, site, places=[str(other.pk)])
    assert list(Subscription.objects.get().places.all()) == [site.place]


def test_one_click_of_the_mail_service_stops_it_without_cookie_or_form(public_client, site):
    ask(public_client, site)
    found = Subscription.objects.get()
    known_by = bytes(found.address_hash)
    waiting = letters().get()
    strict = Client(enforce_csrf_checks=True)
    address = url("subscription-stop", secret_links.stop_token(found))
    answer = strict.post(
        address, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 200
    found.refresh_from_db()
    assert found.stopped_at is not None
    assert bytes(found.address_sealed) == b""
    assert bytes(found.address_hash) != known_by
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    assert strict.post(address).status_code == 200


def test_opening_the_stop_link_stops_nothing(public_client, site):
    ask(public_client, site)
    address = link(site, letters().get(), "stop")
    assert "Dừng nhận cảnh báo" in public_client.get(address).content.decode()
    assert Subscription.objects.get().stopped_at is None


def test_after_stopping_one_may_ask_again(public_client, site):
    ask(public_client, site)
    public_client.post(
        url("subscription-stop", secret_links.stop_token(Subscription.objects.get()))
    )
    ask(public_client, site)
    assert Subscription.objects.filter(stopped_at__isnull=True).count() == 1
    assert letters().count() == 2


def test_a_stopped_subscription_cannot_be_confirmed_by_its_old_letter(public_client, site):
    ask(public_client, site)
    address = link(site, letters().get(), "subscribe")
    public_client.post(
        url("subscription-stop", secret_links.stop_token(Subscription.objects.get()))
    )
    assert public_client.post(address).status_code == 404


def test_a_link_for_one_purpose_does_not_serve_another(public_client, site):
    ask(public_client, site)
    found = Subscription.objects.get()
    wrong = url("subscription-confirm", secret_links.stop_token(found))
    assert public_client.post(wrong).status_code == 404
    wrong = url("subscription-stop", secret_links.confirm_token(found))
    assert public_client.post(wrong).status_code == 404


def test_the_sites_key_without_the_secret_of_the_row_confirms_and_stops_nothing(
    public_client, site
):
    ask(public_client, site)
    found = Subscription.objects.get()
    same_row = Subscription(pk=found.pk, link_secret=b"")
    for name, token in (
        ("subscription-confirm", secret_links.confirm_token(same_row)),
        ("subscription-stop", secret_links.stop_token(same_row)),
    ):
        assert public_client.post(url(name, token)).status_code == 404
    found.refresh_from_db()
    assert (found.confirmed_at, found.stopped_at) == (None, None)


def test_links_in_letters_from_before_there_were_secrets_stay_good(public_client, site):
    ask(public_client, site)
    Subscription.objects.update(link_secret=b"")
    found = Subscription.objects.get()
    public_client.post(url("subscription-confirm", secret_links.confirm_token(found)))
    found.refresh_from_db()
    assert found.confirmed_at is not None
    assert (
        public_client.post(url("subscription-stop", secret_links.stop_token(found))).status_code
        == 200
    )


def test_where_nothing_can_carry_a_warning_the_page_says_so(public_client, site):
    site.account.is_active = False
    site.account.save()
    assert "chưa gửi được cảnh báo cho bạn" in public_client.get(url("subscribe")).content.decode()


@pytest.mark.parametrize("wrong", [{"email": "hoa"}, {"email": ""}, {"places": []}])
def test_mistakes_are_said_and_nothing_is_written(public_client, site, wrong):
    answer = ask(public_client, site, **wrong)
    assert "Lỗi" in answer.content.decode()
    assert not Subscription.objects.exists()


def test_one_network_has_so_many_letters_sent_and_keeps_what_it_typed(public_client, site):
    answers = [
        ask(public_client, site, email=f"victim{n}@example.com")
        for n in range(letters_asked.at_once + 5)
    ]
    assert letters().count() == letters_asked.at_once == 20
    late = answers[-1]
    assert (late.status_code, int(late.headers["Retry-After"]) > 0) == (429, True)
    page = late.content.decode()
    assert "Mạng của bạn đang có rất nhiều người đăng ký" in page.replace("\u00a0", " ")
    assert 'value="victim24@example.com"' in page
    assert f'value="{site.place.pk}" checked' in page
    other = public_client.post(url("subscribe"), site.wish(), REMOTE_ADDR="10.9.8.7")
    assert other.url == url("subscribe-sent")


def test_all_networks_together_have_so_many_letters_sent(public_client, site, settings):
    settings.SUBSCRIBE_HOURLY = 3
    answers = [
        public_client.post(
            url("subscribe"), site.wish(email=f"victim{n}@example.com"), REMOTE_ADDR=f"10.9.{n}.7"
        )
        for n in range(5)
    ]
    assert letters().count() == 3
    assert (answers[-1].status_code, answers[-1].headers["Retry-After"]) == (503, "3600")
    page = answers[-1].content.decode().replace("\u00a0", " ")
    assert "Đang có rất nhiều người yêu cầu" in page
    assert 'value="victim4@example.com"' in page
    Subscription.objects.update(asked_at=times.now() - datetime.timedelta(hours=1))
    assert ask(public_client, site).url == url("subscribe-sent")


def test_one_mailbox_gets_one_letter_however_its_address_is_written(public_client, site):
    for n in range(5):
        answer = ask(public_client, site, email=f"victim+{n}@gmail.com")
        assert answer.url == url("subscribe-sent")
    ask(public_client, site, email="V.ic.tim@googlemail.com")
    assert letters().count() == 1
    ask(public_client, site, email="somebody.else@gmail.com")
    assert letters().count() == 2


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("Hoa+tin@Example.com ", "hoa@example.com"),
        ("h.oa@example.com", "h.oa@example.com"),
        ("h.oa+1@googlemail.com", "hoa@gmail.com"),
    ],
)
def test_spellings_of_one_mailbox(address, mailbox):
    assert mailbox_of(address) == mailbox


def test_warnings_leave_before_letters_that_anybody_can_ask_for(public_client, site):
    ask(public_client, site)
    assert letters().get().priority > Priority.BULK
