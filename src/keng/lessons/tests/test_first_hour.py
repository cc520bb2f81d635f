"""The page of the first hour: the desk keeps it, two people answer for it."""

import pytest

from keng.conftest import sign_in
from keng.lessons.actions import first_hour_acts, releasing
from keng.lessons.first_hour import default_first_hour_texts
from keng.lessons.first_hour_form import initial_of_first_hour
from keng.lessons.models import FirstHour
from keng.lessons.tests.world import Desk
from keng.releases.errors import HandInIt
from tests import make

pytestmark = pytest.mark.django_db
BANK = {"bank": "Ngân hàng Thử", "number": "0510 000 111", "source": "trang thử nghiệm"}


@pytest.fixture
def desk():
    return Desk()


def changed():
    texts = default_first_hour_texts()
    texts["vi"]["steps"][0]["title"] = "Bấm số của ngân hàng"
    return texts


def page(client):
    return client.get("/first-hour/").content.decode()


def test_without_the_desk_the_five_steps_stand_there_and_no_number(public_client):
    shown = page(public_client)
    assert shown.count("<li") >= 5
    assert "tel:0" not in shown
    # The step that says "here" leads there.
    assert 'href="/report/"' in shown.partition("Gửi tin ở đây")[2].partition("</li>")[0]


def test_a_text_is_read_once_a_second_person_published_it(desk, public_client):
    made = first_hour_acts.write_first_hour(changed(), [BANK], by=desk.writer)
    assert "Bấm số của" not in page(public_client)
    desk.publish(made)
    shown = page(public_client)
    assert "Bấm số của" in shown
    assert "tel:0510000111" in shown
    assert "trang thử nghiệm" in shown


def test_a_text_that_is_taken_away_brings_no_older_one_back(desk, public_client):
    desk.publish(first_hour_acts.write_first_hour(changed(), [BANK], by=desk.writer))
    second = desk.publish(
        first_hour_acts.write_first_hour(default_first_hour_texts(), [], by=desk.writer)
    )
    releasing.end_text(FirstHour, second.pk, by=desk.second)
    assert "Bấm số của" not in page(public_client)


@pytest.mark.parametrize(
    ("hotlines", "kept"),
    [
        ("Ngân hàng Thử | 0510 000 111 | thẻ", True),
        ("Ngân hàng Thử | 0510 000 111", False),
        ("Ngân hàng Thử | | thẻ", False),
    ],
)
def test_a_number_of_a_bank_needs_its_source(desk, desk_client, hotlines, kept):
    sign_in(desk_client, desk.writer)
    sent = initial_of_first_hour(changed(), []) | {"hotlines": hotlines}
    answer = desk_client.post("/lessons/first-hour/new/", sent)
    assert answer.status_code == (302 if kept else 422)
    assert FirstHour.objects.exists() == kept


def publish(text, by):
    return releasing.publish_text(FirstHour, text.pk, seen=text.digest_now, by=by)


def test_another_persons_word_opens_no_way_round(desk):
    first_hour_acts.write_first_hour(changed(), [], by=desk.writer)
    again = first_hour_acts.write_first_hour(changed(), [BANK], by=desk.second)
    for hand in (desk.writer, desk.second):
        with pytest.raises(HandInIt):
            publish(again, hand)
    publish(again, make.officer(unit=desk.unit))
    later = first_hour_acts.write_first_hour(default_first_hour_texts(), [], by=desk.second)
    publish(later, desk.writer)


def test_numbers_of_banks_stand_in_groups_to_be_read_out_one_below_the_other(desk, public_client):
    bank = BANK | {"number": "1900545413"}
    desk.publish(first_hour_acts.write_first_hour(changed(), [bank], by=desk.writer))
    banks = page(public_client).partition('id="banks"')[2].partition("</section>")[0]
    assert '<a href="tel:1900545413">1900\xa0545\xa0413</a>' in banks
    assert '<dl class="answers">' in banks
