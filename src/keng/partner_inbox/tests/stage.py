"""The Front of a ward with an open inbox, and browsers of those who read and write there."""

import re

from keng.partner_inbox import holder_acts
from keng.partners.tests.stage import Stage, signed_in
from keng.vault import keys, seal

WORDS = "Đèn đường trước nhà văn hóa tắt ba tuần nay, bọn trẻ đi học về rất tối. Hỏi ai bây giờ?"
DANGER = (
    "Cứu với, nó cầm dao đánh vợ ngay bây giờ, chị ấy chảy máu nhiều. "
    "Tôi tên là Lê Thị Lan, số của tôi 0912345678"
)


class InboxStage(Stage):
    """Mặt trận phường Nếnh with two members, of whom the first reads its inbox."""

    def __init__(self):
        super().__init__()
        seal.forget_public_keys()
        keys.make_sender_key()
        keys.make_unit_keys("words-for-a-test")
        self.partner.kind, self.partner.name = "front", "Mặt trận phường Nếnh"
        self.partner.save(update_fields=["kind", "name"])
        self.thu.partner = self.binh.partner = self.partner
        self.phrase = holder_acts.make_inbox_key(by=self.thu)
        self.unlocked = holder_acts.prove_inbox_phrase(self.phrase, by=self.thu)


def opened(client, stage):
    """The member's browser, signed in, with the inbox open in it."""
    signed_in(client, stage.thu)
    assert client.post("/partner/inbox/unlock/", {"phrase": stage.phrase}).status_code == 303
    return client


def code_of_sent_form(client, stage, text=WORDS, about_them="no"):
    """Send the form as a resident; the code that is shown."""
    address = f"/partners/{stage.partner.pk}/write/"
    token = re.search(r'name="token" value="([\w-]{22})"', client.get(address).content.decode())[1]
    sent = client.post(address, {"text": text, "about_them": about_them, "token": token})
    assert sent.status_code == 303, sent.content.decode()
    shown = client.get(sent.url).content.decode()
    return re.search(r"<output[^>]*>([0-9A-Z-]{19})</output>", shown)[1]
