"""The short form of a text arrives on the phone, and the whole text where length costs nothing."""

import pytest

from keng.channels.fake import running_provider
from keng.channels.sms.fake import FakeSms
from keng.delivery.credentials import keep_secrets
from keng.delivery.models import DispatchText, SandboxMessage
from keng.delivery.tests.sending import all_sent, queue, send_until
from tests import make

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("as_sender")]


def test_a_phone_shows_the_short_form_and_a_chat_the_whole_text():
    with running_provider(FakeSms()) as gateway:
        by_sms = make.channel_account(unit=make.unit(), channel="sms", base_url=gateway.base)
        keep_secrets(by_sms, dict(gateway.credentials()))
        by_sms.save()
        queue(by_sms, ["0901234567"], kind="subscription", text="Cả bài. " * 60)
        queue(make.channel_account(unit=by_sms.unit), ["111"], text="Cả bài. " * 60)
        DispatchText.objects.update(short="Cúp máy. Mã 7QM-4KD")
        send_until(all_sent(2))
    assert [sent.text for sent in gateway.delivered] == ["Cup may. Ma 7QM-4KD"]
    assert SandboxMessage.objects.get().text.startswith("Cả bài. Cả bài.")
