"""A ward with hamlets and a province above; a survey on the way home at night."""

import datetime
from typing import Any

from keng.kit import times
from keng.surveys.actions import answering, counting, opening, results, writing
from keng.surveys.models import Survey
from keng.surveys.queries import content_of, place_names_below
from tests import make

FEELS = {
    "key": "q1",
    "kind": "choice",
    "only_if": None,
    "marked": [2, 3],
    "vi": {
        "text": "Về nhà sau 22 giờ, bạn thấy yên tâm đến mức nào?",
        "hint": "Nói về đoạn đường từ chỗ làm tới nơi bạn ở.",
        "options": ["Rất yên tâm", "Khá yên tâm", "Không yên tâm lắm", "Rất không yên tâm"],
    },
    "en": {
        "text": "How safe do you feel on the way home after 22:00?",
        "hint": "",
        "options": ["Very safe", "Fairly safe", "Not very safe", "Not safe at all"],
    },
}
WHY_NOT = {
    "key": "q2",
    "kind": "several",
    "only_if": {"question": "q1", "options": [2, 3]},
    "marked": [],
    "vi": {"text": "Vì sao?", "hint": "", "options": ["Đường tối", "Ít người qua lại"]},
    "en": {"text": "Why?", "hint": "", "options": ["Dark road", "Few people"]},
}
PATROL: dict[str, Any] = {
    "key": "q3",
    "kind": "scale",
    "only_if": None,
    "marked": [],
    "vi": {"text": "Tuần tra có đủ không?", "hint": "", "options": ["Quá ít", "Vừa đủ"]},
    "en": {"text": "Are there enough patrols?", "hint": "", "options": ["Too few", "Enough"]},
}
WHERE: dict[str, Any] = {
    "key": "q4",
    "kind": "text",
    "only_if": None,
    "marked": [],
    "vi": {"text": "Chỗ nào cần đèn?", "hint": "", "options": []},
    "en": {"text": "Where are lamps needed?", "hint": "", "options": []},
}
RESULT = {
    "vi": {"headline": "6 trên 10 người chưa yên tâm", "deeds": "Tuần tra từ 7/12.\nLắp đèn."}
}


class Stage:
    """A ward desk with an officer, a commander, a coordinator and an officer at the province."""

    def __init__(self, hamlets=("Ninh Khánh", "Sen Hồ", "My Điền")):
        self.province_place = make.place("Tỉnh Bắc Ninh", kind="province")
        self.place = make.place("Phường Nếnh", parent=self.province_place)
        for name in hamlets:
            make.place(name, kind="hamlet", parent=self.place)
        self.province = make.province_unit("Công an tỉnh", serves=self.province_place)
        self.unit = make.unit("Công an phường Nếnh", parent=self.province, serves=self.place)
        self.commander = make.officer(unit=self.unit, role="commander", name="Hải")
        self.coordinator = make.officer(unit=self.province, role="coordinator", name="Mai")
        self.duty = make.officer(unit=self.province, name="Quân")

    def content(self, *, places=True):
        today = times.local_date(times.now())
        return {
            "vi": {"title": "Đường về nhà buổi tối", "why": "Để chọn chỗ lắp đèn."},
            "en": {"title": "The way home at night", "why": "To choose where to put lamps."},
            "places": place_names_below(self.unit) if places else [],
            "closes_on": (today + datetime.timedelta(days=10)).isoformat(),
            "results_on": (today + datetime.timedelta(days=20)).isoformat(),
        }

    def draft(self, questions=(FEELS, WHY_NOT, PATROL, WHERE), *, reach="open", places=True):
        survey = writing.make_survey(
            unit_id=self.unit.pk,
            purpose="streets",
            reach=reach,
            content=self.content(places=places),
            by=self.coordinator,
        )
        for question in questions:
            writing.put_question(survey.pk, question, by=self.coordinator)
        return Survey.objects.get(pk=survey.pk)

    def approved(self, **fields):
        survey = self.draft(**fields)
        survey = writing.submit_survey(survey.pk, by=self.coordinator)
        return opening.approve_survey(survey.pk, seen=survey.digest_now, by=self.commander)

    def opened(self, **fields):
        return opening.open_survey(self.approved(**fields).pk, by=self.coordinator)

    def answer(self, survey, times_over=1, *, origin="web", slip="", **said):
        content = content_of(survey, "vi")
        for _ in range(times_over):
            answering.take_answer(survey, content, said, origin=origin, slip=slip)

    def counted(self, survey):
        opening.close_survey(survey.pk, by=self.coordinator)
        moved = times.now() - datetime.timedelta(minutes=1)
        Survey.objects.filter(pk=survey.pk).update(closed_at=moved)
        assert counting.count_closed_survey() == 1
        return Survey.objects.get(pk=survey.pk)

    def published(self, survey):
        result = results.submit_result(survey.pk, RESULT, by=self.coordinator)
        results.publish_result(survey.pk, seen=result.digest_now, by=self.commander)
        return Survey.objects.get(pk=survey.pk)
