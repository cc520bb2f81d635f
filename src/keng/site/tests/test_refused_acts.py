"""An act that was refused is answered in words, and what was typed for it comes back."""

import pytest
from django.urls import reverse

from keng.acts.errors import AlreadyDone, NotAllowed, TryAgain
from keng.conftest import sign_in
from keng.network.actions.leads import set_lead_stopped
from keng.network.desk import leads
from tests import make

pytestmark = pytest.mark.django_db
WORDS = "Chị Lan nhờ bỏ qua chỗ này <b>nhé</b>"


@pytest.fixture
def send(desk_client, monkeypatch):
    """Send the form of a page whose act fails with this error."""
    unit = make.unit()
    lead = make.lead(unit=unit)
    sign_in(desk_client, make.officer(unit=unit))

    def post(error, **fields):
        def refuse(*_given, **_named):
            raise error

        monkeypatch.setattr(leads.lead_actions, "set_lead_stopped", refuse)
        return desk_client.post(reverse("lead-stop", args=[lead.pk]), fields)

    post.client, post.lead = desk_client, lead
    return post


def test_the_reason_and_what_was_typed_stand_on_the_page(send):
    answer = send(AlreadyDone(), words=WORDS, kind="civil", number="0912 000 418")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "việc này đã được làm rồi" in page
    assert "Chị Lan nhờ bỏ qua chỗ này &lt;b&gt;nhé&lt;/b&gt;" in page
    assert page.count("<textarea") == 1


def test_no_password_stands_on_it_and_the_words_beside_it_do(send):
    page = send(AlreadyDone(), words=WORDS, password="một hai ba bốn năm sáu bảy").content.decode()
    assert "một hai ba" not in page
    assert "Chị Lan nhờ" in page


def test_what_was_typed_with_six_digits_comes_back_without_them(send):
    page = send(TryAgain(), words=WORDS, code="123456").content.decode()
    assert "123456" not in page
    assert "Chị Lan nhờ" in page
    assert "sáu số tiếp theo" in page
    assert 'name="words"' not in page


def test_whoever_may_not_learns_no_more_than_that_there_is_no_such_page(send):
    answer = send(NotAllowed(), words=WORDS)
    assert answer.status_code == 404
    assert "Không tìm thấy trang" in answer.content.decode()


def test_what_was_done_is_not_offered_to_be_sent_again(send, monkeypatch):
    error = TryAgain()

    def done_and_then_stopped(*given, **named):
        set_lead_stopped(*given, **named)
        raise error

    send(AlreadyDone())
    monkeypatch.setattr(leads.lead_actions, "set_lead_stopped", done_and_then_stopped)
    answer = send.client.post(reverse("lead-stop", args=[send.lead.pk]))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Việc này đã làm xong" in page
    assert "<button" not in page
    send.lead.refresh_from_db()
    assert send.lead.stopped_at


def test_what_only_waited_too_long_is_sent_again_by_one_button(send):
    answer = send(TryAgain(), words=WORDS)
    assert answer.status_code == 503
    assert 'name="words"' in answer.content.decode()
