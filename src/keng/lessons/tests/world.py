"""Two officers of a province, a collection and a lesson, as the desk makes them."""

from keng.accounts.models import Partner, Post
from keng.lessons.actions import releasing, writing
from keng.lessons.models import Edition
from tests import make

TEXTS = {
    "vi": {
        "title": "Cuộc gọi xưng công an",
        "cards": [{"heading": "Ba câu hỏi lại", "lines": ["Anh tên gì?", "Giấy mời đâu?"]}],
        "quiz": [
            {"question": "Họ hỏi mã OTP?", "options": ["Đọc mã", "Cúp máy"], "why": "Vì là giả."},
            {"question": "Họ dọa bắt?", "options": ["Gọi 113", "Chuyển tiền"], "why": "Vì dọa."},
        ],
    }
}
RIGHT = [1, 0]


class Desk:
    """A province's desk with somebody who writes and somebody who publishes."""

    def __init__(self, label=""):
        self.unit = make.province_unit(f"Công an tỉnh {label}" if label else "")
        self.writer = make.officer(unit=self.unit, role=Post.Role.COORDINATOR)
        self.second = make.officer(unit=self.unit, role=Post.Role.DUTY)

    def collection(self, title="Cảnh giác", purpose="fraud"):
        texts = {"vi": {"title": title, "about": "Ngắn."}}
        return writing.open_collection(texts, purpose=purpose, by=self.writer)

    def lesson(self, texts=TEXTS, right=RIGHT, **whose):
        return writing.write_lesson(
            texts, right, collection=self.collection(**whose), by=self.writer
        )

    def published(self, **options):
        edition = self.lesson(**options)
        return self.publish(edition)

    def publish(self, text):
        return releasing.publish_text(type(text), text.pk, seen=text.digest_now, by=self.second)


def partner(unit, **fields):
    values = {"name": "Đoàn xã Thử", "kind": "youth_union", "purposes": ["fraud"]}
    return Partner.objects.create(invited_by_unit=unit, **values | fields)


def titled(title):
    return {"vi": TEXTS["vi"] | {"title": title}}


__all__ = ["RIGHT", "TEXTS", "Desk", "Edition", "partner", "titled"]
