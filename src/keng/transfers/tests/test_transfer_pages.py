"""The pages of a transfer, form by form, and what the reporter reads meanwhile."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from keng.conftest import sign_in
from keng.kit import times
from keng.site import desk_urls
from keng.tips import receipt_codes
from keng.tips.models import Receipt, Tip, Transfer, TransferFile
from keng.transfers.tests.sides import two_sides
from tests import make

pytestmark = pytest.mark.django_db
CODE = receipt_codes.code_from_token("a-token-of-these-tests")


@pytest.fixture
def sides(tmp_path, monkeypatch):
    return two_sides(tmp_path, monkeypatch)


@pytest.fixture
def desk():
    unit = make.unit(parent=make.province_unit())
    make.unit_key(unit)
    return unit


@pytest.fixture
def tip(desk):
    made = make.tip(unit=desk, text="Có người rao bán loa", reference="CU-7")
    make.message(made, made.text)
    Receipt.objects.create(hash=receipt_codes.code_hash(CODE), tip=made)
    return made


def address(name, *arguments):
    return reverse(name, desk_urls, args=arguments)


def handed(client, sides, desk, tip):
    """Asked for and agreed to on the pages; the file as it is fetched."""
    old, new = sides
    sign_in(client, make.officer(unit=desk))
    asked = client.post(
        address("tip-transfer", tip.pk), {"other": str(new.known().pk), "reason": "Ở tỉnh bạn"}
    )
    assert asked.status_code == 302
    transfer = Transfer.objects.get()
    sign_in(client, make.officer(unit=desk, role="commander"))
    with old.here():
        client.post(
            address("transfer-decide", tip.pk), {"transfer": str(transfer.pk), "agreed": "1"}
        )
    file = TransferFile.objects.get()
    fetched = client.get(address("transfer-file", file.pk))
    assert fetched.content == client.get(address("transfer-file", file.pk)).content
    assert fetched.headers["Content-Disposition"].endswith('-1.keng"')
    return fetched.content


def test_without_another_installation_the_page_says_whom_to_ask(desk_client, desk, tip):
    sign_in(desk_client, make.officer(unit=desk))
    page = desk_client.get(address("tip-transfer", tip.pk)).content.decode()
    assert "keng installation add" in page


def test_a_reason_is_asked_for(desk_client, sides, desk, tip):
    sign_in(desk_client, make.officer(unit=desk))
    answer = desk_client.post(
        address("tip-transfer", tip.pk), {"other": str(sides[1].known().pk), "reason": " "}
    )
    assert answer.status_code == 422
    assert not Transfer.objects.exists()


def test_a_file_is_taken_in_on_the_page_and_what_is_wrong_is_said(desk_client, sides, desk, tip):
    data = handed(desk_client, sides, desk, tip)
    there = make.unit(parent=make.province_unit())
    make.unit_key(there)
    sign_in(desk_client, make.officer(unit=there))
    target = address("transfer-take-in")

    def send(content):
        with sides[1].here():
            return desk_client.post(target, {"sent": SimpleUploadedFile("a.keng", content)})

    wrong = send(data[:-1])
    assert wrong.status_code == 422
    assert "chưa nhận gì" in wrong.content.decode()
    taken = send(data)
    came = Tip.objects.get(responsible_unit=there)
    assert taken.url == address("tip-transfer", came.pk)
    assert send(data).url == taken.url
    page = desk_client.get(taken.url).content.decode()
    assert "CU-7" in page
    assert address("transfer-write", came.pk) in page


def test_its_reporter_reads_where_it_is(public_client, desk_client, sides, desk, tip, settings):
    handed(desk_client, sides, desk, tip)
    settings.ROOT_URLCONF = "keng.site.public_urls"
    settings.MIDDLEWARE = settings.PUBLIC_MIDDLEWARE

    def status():
        page = public_client.post("/status/", {"code": CODE}, follow=True)
        return page.content.decode()

    assert "đang được chuyển đến Công an tỉnh Mới" in status()
    Transfer.objects.update(
        state=Transfer.State.WITH_THEM, confirmed_at=times.now(), their_desk="Trực ban Mới"
    )
    page = status()
    assert "đang ở Trực ban Mới" in page
    assert 'name="text"' in page
    Transfer.objects.update(state=Transfer.State.RETURNED)
    assert "Trực ban Mới" not in status()


def test_nobody_fetches_a_file_of_a_tip_that_they_do_not_see(desk_client, sides, desk, tip):
    handed(desk_client, sides, desk, tip)
    sign_in(desk_client, make.officer(unit=make.unit(parent=make.province_unit())))
    file = TransferFile.objects.get()
    assert desk_client.get(address("transfer-file", file.pk)).status_code == 404
