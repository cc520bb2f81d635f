"""Tips with a history in October 2026, made by the desk's own actions and then dated back."""

import datetime as dt
from typing import Any

from django.db import connection

from keng.accounts.models import Officer
from keng.decisions import suspension, triage
from keng.kit import times
from keng.places.models import Unit
from keng.reports.periodic import drafting, spans
from keng.reports.periodic.whose_report import ReportAsk, scope_of_unit
from keng.tips.models import Decision, Tip
from tests import make

SPAN = "2026-10"
OCTOBER = dt.datetime(2026, 10, 1, 8, tzinfo=times.VIETNAM)


class Desk:
    """A ward's desk below a province, with a commander and a coordinator."""

    def __init__(self) -> None:
        self.province = make.province_unit("Công an tỉnh")
        self.place = make.place("Phường Nếnh")
        self.unit = make.unit("Công an phường Nếnh", parent=self.province, serves=self.place)
        self.commander = make.officer(unit=self.unit, role="commander", name="Hải")
        self.coordinator = make.officer(unit=self.province, role="coordinator", name="Mai")

    def tip(self, day: int, *steps: str, **fields: Any) -> Tip:
        """A tip of that day of October (below 1: earlier), with one step an hour."""
        tip = make.tip(unit=self.unit, place=self.place, **fields)
        came = OCTOBER + dt.timedelta(days=day - 1)
        Tip.objects.filter(pk=tip.pk).update(received_at=came)
        for hour, step in enumerate(steps, start=1):
            self.step(tip, step, came + dt.timedelta(hours=hour))
        tip.refresh_from_db()
        return tip

    def step(self, tip: Tip, step: str, at: dt.datetime, by: Officer | None = None) -> Decision:
        """One step such as "sort", "rate of_value", "close solved", at that moment."""
        name, _, value = step.partition(" ")
        known = set(Decision.objects.values_list("pk", flat=True))
        _STEPS[name](tip.pk, value, by or self.commander)
        made = Decision.objects.exclude(pk__in=known)
        made.update(at=at)
        Tip.objects.filter(pk=tip.pk, closed_at__gt=at).update(closed_at=at)
        Tip.objects.filter(pk=tip.pk, suspended_at__gt=at).update(suspended_at=at)
        return made.latest("at")

    def ask(self, span: str = SPAN, *, of: Any = None) -> ReportAsk:
        """A fresh question: it remembers what it found."""
        found = spans.read_span(span)
        assert found is not None
        return ReportAsk(scope_of_unit(of or self.unit), found)

    def draft(self, span: str = SPAN, *, of: Any = None) -> drafting.ReportDraft:
        """The report as it is now."""
        return drafting.draft_report(self.ask(span, of=of))


def busy() -> Desk:
    """A desk whose October has something in every line that the desk's steps can fill."""
    desk = Desk()
    desk.tip(-9, "sort", "rate of_value", "close solved")
    desk.tip(-8, "sort")
    first = desk.tip(2, "sort", "rate of_value")
    desk.tip(2, f"join {first.pk}")
    desk.tip(3, "sort", "rate not_of_value", "close unfounded")
    desk.tip(4, "sort", "rate of_value", "close warned")
    desk.tip(5, "decline procedure")
    desk.tip(6, "decline not_checkable")
    desk.tip(7, "sort", "rate of_value", "close handed_over", "reopen")
    desk.tip(8)
    desk.tip(9, state="closed", outcome="withdrawn", withdrawn_at=OCTOBER + dt.timedelta(days=8))
    return desk


def lines(draft: drafting.ReportDraft) -> dict[str, int]:
    """This period's figures by line, without those that are nothing."""
    return {key: pair[0] for key, pair in draft.figures["lines"].items() if pair[0]}


def double(decision: Decision) -> None:
    """The same decision once more, as if it had been written twice."""
    Decision.objects.bulk_create(
        [
            Decision(
                tip_id=decision.tip_id,
                kind=decision.kind,
                by_id=decision.by_id,
                unit_id=decision.unit_id,
                detail=decision.detail,
                at=decision.at,
            )
        ]
    )


def sql(statement: str, *values: Any) -> None:
    """Past every model, as somebody at the database would."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _close(pk, outcome, by):
    triage.record_outcome(pk, outcome=outcome, by=by)
    triage.close_tip(pk, by=by)


_STEPS = {
    "accept": lambda pk, _value, by: triage.accept_tip(pk, by=by),
    "sort": lambda pk, _value, by: triage.sort_tip(pk, category="scam_bank", by=by),
    "rate": lambda pk, value, by: triage.rate_tip(pk, value=value, by=by),
    "join": lambda pk, value, by: triage.mark_duplicate(pk, of=value, by=by),
    "separate": lambda pk, _value, by: triage.separate_tip(pk, reason="Khác", by=by),
    "decline": lambda pk, value, by: triage.decline_tip(pk, kind=value, reply="Cảm ơn.", by=by),
    "close": _close,
    "route": lambda pk, value, by: triage.route_tip(
        pk, to=Unit.objects.get(pk=value), reason="Địa bàn khác", by=by
    ),
    "suspend": lambda pk, _value, by: suspension.suspend_tip(
        pk, ground="examination", reason="Chờ giám định", text="Chúng tôi tạm dừng.", by=by
    ),
    "resume": lambda pk, _value, by: suspension.resume_tip(pk, reason="Đã có kết quả", by=by),
    "reopen": lambda pk, _value, by: triage.reopen_tip(pk, reason="Thêm tin", by=by),
}
