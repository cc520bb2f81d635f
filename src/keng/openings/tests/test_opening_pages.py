"""What the two people of an opening read on its page when something did not go through."""

import datetime

import pytest

from keng.accounts import second_factor
from keng.accounts.models import Officer
from keng.accounts.tests.test_passkeys import HERE, added
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.kit import times
from keng.openings import asking
from keng.openings.tests.conftest import hold
from keng.openings.tests.test_asking import wish
from keng.openings.tests.test_giving import approves, gives, wanted_opening
from keng.tips.models import Tip
from keng.vault.models import OpeningRequest, SealedIdentity

__all__ = ["wanted_opening"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def both_gave(desk, wanted_opening):
    gives(desk, wanted_opening, desk.lan)
    approves(desk, wanted_opening)
    gives(desk, wanted_opening, desk.chief)
    return f"/openings/{wanted_opening.pk}/"


def test_shares_that_lapsed_are_said_in_words_and_given_again_on_the_same_page(
    desk, both_gave, wanted_opening, desk_client, monkeypatch
):
    later = times.now() + datetime.timedelta(minutes=16)
    monkeypatch.setattr(times, "now", lambda: later)
    sign_in(desk_client, Officer.objects.get(pk=desk.lan.pk))
    page = desk_client.post(f"{both_gave}open/", follow=True).content.decode()
    assert "đã quá 15 phút" in page
    assert "nhờ đồng nghiệp góp lại" in page
    # What the words ask for is there, for both of them.
    assert f"{both_gave}share/" in page
    sign_in(desk_client, Officer.objects.get(pk=desk.chief.pk))
    assert f"{both_gave}share/" in desk_client.get(both_gave).content.decode()
    gives(desk, wanted_opening, desk.lan)
    gives(desk, wanted_opening, desk.chief)
    sign_in(desk_client, Officer.objects.get(pk=desk.lan.pk))
    assert "0912000111" in desk_client.post(f"{both_gave}open/").content.decode()


def test_the_safe_hours_stand_above_the_number(desk, both_gave, desk_client):
    hour = times.now().astimezone(times.VIETNAM).hour
    first, last = (hour - 1) % 24, (hour + 2) % 24
    Tip.objects.filter(pk=desk.tip.pk).update(safe_from=first, safe_until=last)
    sign_in(desk_client, Officer.objects.get(pk=desk.lan.pk))
    page = desk_client.post(f"{both_gave}open/").content.decode()
    hours = page.find(f"chỉ gọi từ {first} giờ đến {last} giờ")
    assert -1 < hours < page.find("0912000111")
    first_words = page.find("Xin chào, bây giờ nói chuyện có tiện không ạ?")
    assert -1 < page.find("Không để lại lời nhắn thoại") < first_words < page.find("0912000111")


@pytest.mark.parametrize("is_witnessed", [False, True])
def test_page_and_entry_say_whether_a_witness_had_seen_the_agreement(
    desk, both_gave, desk_client, monkeypatch, is_witnessed
):
    asked_about = []

    def witnessed(entry):
        asked_about.append(entry.action)
        return is_witnessed

    monkeypatch.setattr("keng.openings.giving.wait_for_witness", witnessed)
    sign_in(desk_client, Officer.objects.get(pk=desk.lan.pk))
    page = desk_client.post(f"{both_gave}open/").content.decode()
    assert ("data-not-witnessed" in page) is not is_witnessed
    assert asked_about == ["opening.approved"]
    (shown,) = Entry.objects.filter(action="opening.shown")
    assert shown.detail["witnessed"] is is_witnessed


def test_the_page_says_that_ones_share_was_given_as_long_as_it_is_good(
    desk, wanted_opening, desk_client, monkeypatch
):
    address = f"/openings/{wanted_opening.pk}/"
    approves(desk, wanted_opening)
    sign_in(desk_client, Officer.objects.get(pk=desk.lan.pk))
    assert "Hãy góp mảnh của bạn, rồi mở." in desk_client.get(address).content.decode()
    gives(desk, wanted_opening, desk.lan)
    page = desk_client.get(address).content.decode()
    assert "Hãy góp mảnh của bạn" not in page
    assert "bạn đã góp mảnh của mình lúc" in page
    later = times.now() + datetime.timedelta(minutes=16)
    monkeypatch.setattr(times, "now", lambda: later)
    assert "Hãy góp mảnh của bạn, rồi mở." in desk_client.get(address).content.decode()


def test_the_page_takes_a_request_back_for_who_asked_alone(desk, wanted_opening, desk_client):
    address = f"/openings/{wanted_opening.pk}/"
    sign_in(desk_client, Officer.objects.get(pk=desk.chief.pk))
    assert f"{address}withdraw/" not in desk_client.get(address).content.decode()
    sign_in(desk_client, Officer.objects.get(pk=desk.lan.pk))
    assert f"{address}withdraw/" in desk_client.get(address).content.decode()
    page = desk_client.post(f"{address}withdraw/", follow=True).content.decode()
    assert "đã rút đề nghị" in page
    assert f"{address}withdraw/" not in page


def test_a_share_takes_a_passkey_and_six_digits_give_none(
    desk, wanted_opening, desk_client, settings
):
    settings.DESK_URL = "http://localhost:8001"
    share = f"/openings/{wanted_opening.pk}/share/"
    second_factor.set_totp_secret(desk.lan)
    sign_in(desk_client, desk.lan)
    code = second_factor.current_totp_code(desk.lan)
    refused = desk_client.post(share, {"code": code}, **HERE)
    assert refused.status_code == 422
    assert "không dùng 6 số thay được" in refused.json()["said"]
    assert not Officer.objects.get(pk=desk.lan.pk).failed_presence

    device = added(desk.lan)
    asked = desk_client.post("/settings/passkeys/options/", **HERE).json()["options"]
    given = desk_client.post(share, {"passkey": device.answer(asked)}, **HERE)
    assert given.status_code == 200
    assert "share" in given.json()


def test_who_waits_reads_who_can_agree_and_in_an_emergency_whom_to_ring(
    desk, wanted_opening, desk_client
):
    sign_in(desk_client, Officer.objects.get(pk=desk.lan.pk))
    page = desk_client.get(f"/openings/{wanted_opening.pk}/").content.decode()
    waits = page[page.index("Người có thể đồng ý") :]
    assert str(desk.chief) in waits
    assert str(desk.quan) in waits
    assert str(desk.bao) not in waits
    assert "bạn hãy tự gọi thêm" not in page
    OpeningRequest.objects.update(is_emergency=True)
    page = desk_client.get(f"/openings/{wanted_opening.pk}/").content.decode()
    assert "bạn hãy tự gọi thêm" in page


def test_what_no_two_officers_open_says_so_before_anybody_is_asked(desk, desk_client):
    hold(desk, desk.lan, desk.chief)
    SealedIdentity.objects.update(ciphertext=b"\x03 to the operator's key")
    sign_in(desk_client, Officer.objects.get(pk=desk.lan.pk))
    words = "chỉ tệp của người vận hành mở được"
    for address in (f"/tips/{desk.tip.pk}/open/", f"/tips/{desk.tip.pk}/open/?emergency"):
        assert words in desk_client.get(address).content.decode()
    asked = asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)
    assert words in desk_client.get(f"/openings/{asked.pk}/").content.decode()


def test_what_has_to_be_said_is_not_called_optional(desk, desk_client):
    hold(desk, desk.lan, desk.chief)
    Tip.objects.update(do_not_call=True)
    sign_in(desk_client, Officer.objects.get(pk=desk.lan.pk))
    page = desk_client.get(f"/tips/{desk.tip.pk}/open/").content.decode()
    assert "Vì sao ở đây vẫn phải gọi?" in page
    assert "(không bắt buộc)" not in page
