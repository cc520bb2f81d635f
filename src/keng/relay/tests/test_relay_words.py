"""What a lead's page offers and how it says it: for whom, in which language, and what is over."""

import pytest

from keng.delivery.audience import SameRecipients
from keng.delivery.models import DispatchText, RelayTask
from keng.delivery.tests.test_dispatch import Ward
from keng.network.secret_links import lead_token
from keng.relay.tests.test_relay import confirm, page, url
from tests import make

pytestmark = pytest.mark.django_db

CONTACT_BOOK, EARLIER = "Trong sổ liên lạc của trường", "Cảnh báo đã chuyển gần đây"


@pytest.fixture
def ward():
    return Ward.of_a_landlord()


def test_a_contact_book_is_offered_to_schools_only(public_client, ward):
    school = make.group(unit=ward.unit, place=ward.hamlet, kind="school", name="Lớp 6A")
    teacher = make.lead(unit=ward.unit, groups=(school,), name="Cô Hiền")
    ward.send(ward.audience())
    assert CONTACT_BOOK not in page(public_client, ward.lead)
    assert CONTACT_BOOK in page(public_client, teacher)


@pytest.mark.parametrize(
    ("count", "said"), [("-3", "Ghi từ 0 trở lên"), ("999999999", "Ghi nhiều nhất 100.000")]
)
def test_a_number_that_cannot_be_is_answered_in_plain_words(public_client, ward, count, said):
    sent = ward.send(ward.audience())
    answer = confirm(public_client, ward.lead, sent, reached_count=count)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_what_was_posted_stands_under_a_heading_and_folded_beside_an_open_task(public_client, ward):
    confirm(public_client, ward.lead, ward.send(ward.audience()))
    ward.send(ward.audience())
    stranger = type(public_client)()
    _, folded = page(stranger, ward.lead).split('<details class="earlier">')
    assert EARLIER in folded.partition("</summary>")[0]
    assert "Cảnh báo" in folded.partition("</details>")[0].partition("</summary>")[2]


def test_the_frame_follows_the_browser_and_the_text_the_lead(public_client, ward):
    ward.send(ward.audience())
    public_client.post("/language/", {"language": "en"})
    shown = page(public_client, ward.lead)
    assert "I have passed it on" in shown
    assert "Muốn báo riêng với công an" in shown
    public_client.post("/language/", {"language": "vi"})
    assert "Tôi đã chuyển" in page(public_client, ward.lead)


def test_without_a_choice_it_is_the_language_of_the_lead_not_of_the_browser(public_client, ward):
    ward.send(ward.audience())
    there = url("relay", lead_token(ward.lead))
    shown = public_client.get(there, headers={"accept-language": "en"}).content.decode()
    assert "Tôi đã chuyển" in shown
    assert 'aria-label="EN, English version"' in shown


def test_after_a_mistake_the_switch_of_language_comes_back_to_the_page(public_client, ward):
    sent = ward.send(ward.audience())
    shown = confirm(public_client, ward.lead, sent, reached_count="-3").content.decode()
    assert f'name="next" value="{url("relay", lead_token(ward.lead))}"' in shown


def test_who_confirmed_reads_until_when_this_browser_takes_it_back(public_client, ward):
    confirm(public_client, ward.lead, ward.send(ward.audience()))
    assert "Chỉ trình duyệt này hoàn tác được, đến" in page(public_client, ward.lead)


def test_what_is_to_be_mended_stands_open(public_client, ward):
    sent = ward.send(ward.audience())
    assert "<details open>" not in page(public_client, ward.lead)
    counted = confirm(public_client, ward.lead, sent, reached_count="-3").content.decode()
    assert counted.count("<details open><summary>Không phải nhóm Zalo?") == 1
    there = url("relay-cannot", lead_token(ward.lead), sent.pk)
    tasks = [str(task.pk) for task in RelayTask.objects.filter(dispatch=sent)]
    answered = public_client.post(there, {"tasks": tasks}).content.decode()
    assert answered.count("<details open><summary>Chưa đăng được?") == 1
    assert answered.count("Hãy chọn một lý do") == 2


def test_a_recall_is_taken_back_by_text_message_in_its_approved_short_form(public_client, ward):
    first = ward.send(ward.audience())
    recall = ward.send(SameRecipients((first.pk,)), kind="recall")
    short = "THU HOI: canh bao ABC-DEF. Dung gui tiep. Cong an xa Thu."
    DispatchText.objects.filter(dispatch=recall).update(short=short)
    shown = page(public_client, ward.lead)
    assert shown.count(f">{short}</p>") == 1
    assert "Facebook: bạn xóa bài cũ, rồi đăng bài này." in shown
    DispatchText.objects.filter(dispatch=recall).update(short="")
    assert "SMS:" in page(public_client, ward.lead)
