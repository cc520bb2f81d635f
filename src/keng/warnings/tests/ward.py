"""A ward with a desk, a province above, two groups and a lead: the stage of these tests."""

import datetime

from keng.delivery.audience import plan_audience
from keng.delivery.tests.rows import make_rows
from keng.kit import times
from keng.network.models import GroupKind
from keng.waiting.counts import counts_by_page
from keng.warnings import actions
from keng.warnings.content import AudienceChoice, WarningContent, audience_of
from keng.warnings.known_numbers import check_warning
from tests import make

CALM = {
    "title": "Công an không gọi điện bảo kích hoạt căn cước",
    "what": "Có người tự xưng công an phường, gọi bảo căn cước của bạn chưa kích hoạt.",
    "signs": "Dọa khóa căn cước ngay trong ngày.",
    "act": "Cúp máy. Không bấm, không cài ứng dụng.",
    "call": "Trực ban 0204 000 0113, hoặc 113.",
}


# What a correction says of itself; a first text has none.
NOTE = {"note": "Số trực ban ghi sai, nay ghi số đúng."}


def looked_at(version):
    """What an approver has seen of it now: the text, the groups, and how many people."""
    people = plan_audience(audience_of(version)).people
    return {"seen": version.digest_now, "people": people}


class Ward:
    """One commune desk with an officer and a commander, one provincial desk with two officers."""

    def __init__(self):
        self.province_place = make.place("Tỉnh Bắc Ninh", kind="province")
        self.place = make.place("Phường Nếnh", parent=self.province_place)
        self.hamlet = make.place("Ninh Khánh", kind="hamlet", parent=self.place)
        self.province = make.province_unit(
            "Công an tỉnh", serves=self.province_place, desk_phone="0204 000 0999"
        )
        self.unit = make.unit(
            "Công an phường Nếnh",
            parent=self.province,
            serves=self.place,
            desk_phone="0204 000 0113",
        )
        self.officer = make.officer(unit=self.unit, name="Lan")
        self.commander = make.officer(unit=self.unit, role="commander", name="Hải")
        self.coordinator = make.officer(unit=self.province, role="coordinator", name="Hà")
        self.province_duty = make.officer(unit=self.province, name="Trực tỉnh")
        self.account = make.channel_account(unit=self.unit)
        self.machine = make.group(
            unit=self.unit, place=self.hamlet, channel="sandbox", name="Nhóm máy"
        )
        self.by_hand = make.group(
            unit=self.unit, place=self.hamlet, name="Nhóm tay", kind="landlords"
        )
        self.lead = make.lead(unit=self.unit, groups=(self.by_hand,), name="Bà Mão")

    def choice(self):
        return AudienceChoice((self.place.pk,), tuple(GroupKind.values))

    def content(self, words=None):
        until = times.local_date(times.now()) + datetime.timedelta(days=30)
        return WarningContent({"vi": dict(words or CALM)}, "scam_impersonation", 2, until)

    def draft(self, *, by=None, unit=None, words=None, choice=None, **fields):
        return actions.draft_warning(
            unit_id=(unit or self.unit).pk,
            content=self.content(words),
            choice=choice or self.choice(),
            by=by or self.officer,
            **fields,
        )

    def submitted(self, *, groups=False, unit=None, choice=None, **fields):
        if groups:
            place = unit.jurisdictions.get().place
            make.group(unit=unit, place=place)
            choice = AudienceChoice((place.pk,), tuple(GroupKind.values))
        version = self.draft(unit=unit, choice=choice, **fields)
        return actions.submit_warning(version.warning_id, by=version.made_by)

    def published(self, **fields):
        version = self.submitted(**fields)
        compared = check_warning(version.warning, version.texts, officer=self.province_duty)
        actions.approve_warning(
            version.pk, **looked_at(version), numbers=compared.digest, by=self.province_duty
        )
        make_rows()
        version.refresh_from_db()
        return version


def waiting_warnings(officer):
    """The number beside "Warnings" in the officer's menu."""
    return counts_by_page(officer)["warnings"]
