"""A provincial desk with two officers who check claims: the stage of these tests."""

import datetime

from keng.claims import actions
from keng.claims.content import CheckContent, Evidence
from keng.claims.models import Claim
from tests import make

ASKED = "Nghe nói từ tháng sau đổi căn cước mất 300 nghìn, đúng không?"
SAID = {
    "question": "Đổi căn cước có mất 300 nghìn đồng không?",
    "answer": "Không. Lệ phí do Nhà nước quy định và niêm yết tại quầy.",
    "unknown": "Tin bắt đầu từ đâu.",
    "advice": "Hỏi công an phường trước khi nộp tiền.",
    "note": "",
}
SOURCE = Evidence(
    "Công an tỉnh",
    "Bảng lệ phí niêm yết.",
    datetime.date(2026, 11, 20),
    "https://congan.example/le-phi",
    "Lệ phí cấp đổi: theo bảng niêm yết.",
)


def content(*, evidence=(SOURCE,), verdict="false", quote=ASKED, english=None, **changes):
    texts = {"vi": SAID | changes}
    if english:
        texts["en"] = english
    return CheckContent(verdict, "papers", quote, "trong các nhóm khu trọ", texts, list(evidence))


class Bureau:
    """A province, a ward below it, and who works there."""

    def __init__(self):
        self.province = make.province_unit("Công an tỉnh")
        self.ward = make.unit("Công an phường", parent=self.province)
        self.author = make.officer(unit=self.province, role="coordinator", name="Hà")
        self.second = make.officer(unit=self.province, name="Trực tỉnh")

    def asked(self, words=ASKED):
        token = actions.ask_claim(words)
        return Claim.objects.latest("received_at", "id"), token

    def waiting(self, claim=None, **changes):
        claim = claim or actions.add_claim(changes.get("quote", ASKED), by=self.author)
        actions.write_claim(claim.pk, content=content(**changes), by=self.author)
        return actions.submit_claim(claim.pk, by=self.author)

    def published(self, claim=None, **changes):
        revision = self.waiting(claim, **changes)
        return actions.publish_claim(revision.claim_id, seen=revision.digest_now, by=self.second)
