"""Rows of every kind for one unit, so that a walk over the desk finds something everywhere."""

import datetime
from dataclasses import dataclass
from typing import Any

from keng.accounts.models import Officer, Post, Shift
from keng.delivery.models import (
    Approval,
    Delivery,
    Dispatch,
    DispatchText,
    PagerTest,
    PagerWay,
    RelayTask,
)
from keng.kit import times
from keng.places.models import Unit
from keng.tips.actions import triage
from keng.tips.models import Attachment, SavedSearch
from keng.warnings import models as warnings
from tests import make

PARTS = {"title": "Nhãn", "what": "a", "signs": "b", "act": "c", "call": "113"}


@dataclass
class World:
    """What one unit has. `label` is in every name and text, so that a leak is seen as a word."""

    unit: Unit
    officer: Officer
    rows: dict[str, Any]


def all_roles(unit: Unit) -> Officer:
    """An officer who may open every list: with every role there is."""
    officer = make.officer(unit=unit, role=Post.Role.DUTY)
    for role in Post.Role.values:
        if role != Post.Role.DUTY:
            make.post(officer, unit=unit, role=role)
    return officer


def world(label: str, *, parent: Unit | None = None) -> World:
    """A unit with an officer, and one row of everything that the desk can show."""
    place = make.place(f"Nơi {label}")
    unit = make.unit(f"Đơn vị {label}", parent=parent, serves=place)
    officer = make.officer(unit=unit, name=f"Người {label}", role=Post.Role.COMMANDER)
    rows: dict[str, Any] = {"officer": officer, "post": officer.posts.get(), "place": place}
    rows |= _tips(label, unit, officer, place) | _network(label, unit, place)
    rows |= _warnings(label, unit, officer, rows)
    rows |= _calls(unit, officer)
    return World(unit, officer, rows)


def hidden_tip(unit: Unit, label: str) -> Any:
    """A tip in the unit's own inbox that concerns the unit itself, with all that hangs on it."""
    tip = make.tip(unit=unit, text=f"Lời {label}", concerns=(unit,), urgency="P0", reference=label)
    make.message(tip, f"Thêm {label}")
    make.sighting(tip, indicator=make.indicator("+84912000417"))
    return tip


def _tips(label: str, unit: Unit, officer: Officer, place: Any) -> dict[str, Any]:
    first, second, done = (
        make.tip(unit=unit, text=f"Lời {label} {n}", place=place, reference=f"{label}-{n}")
        for n in range(3)
    )
    make.message(first, f"Thêm {label}")
    make.note(first, officer=officer, text=f"Ghi {label}")
    # The same number everywhere: what it links must stop at the unit's border.
    sighting = make.sighting(first, indicator=make.indicator("+84912000417"))
    make.sighting(second, indicator=make.indicator("+84912000417"))
    attachment = Attachment.objects.create(
        tip=first,
        kind="image",
        mime="image/png",
        size=1,
        original_path="x",
        viewing_path="y",
        sha256=b"0" * 32,
    )
    triage.accept(first.pk, by=officer)
    triage.mark_duplicate(second.pk, of=first.pk, by=officer)
    triage.decline(done.pk, kind="civil", reply="Cảm ơn.", by=officer)
    second.refresh_from_db()
    saved = SavedSearch.objects.create(officer=officer, name=f"Tìm {label}", query={"q": "x"})
    return {
        "saved_search": saved,
        "tip": first,
        "incident": second.incident,
        "sighting": sighting,
        "attachment": attachment,
    }


def _network(label: str, unit: Unit, place: Any) -> dict[str, Any]:
    group = make.group(unit=unit, place=place, name=f"Nhóm {label}")
    lead = make.lead(unit=unit, groups=(group,), name=f"Đầu mối {label}")
    return {"group": group, "lead": lead}


def _calls(unit: Unit, officer: Officer) -> dict[str, Any]:
    """A shift, a pager and a test of it: the last two are the officer's own."""
    now = times.now()
    shift = Shift.objects.create(
        unit=unit, officer=officer, set_by=officer, starts_at=now,
        ends_at=now + datetime.timedelta(hours=8),
    )  # fmt: skip
    way = PagerWay.objects.create(
        officer=officer, kind="email", address_sealed=b"x", address_hash=b"0" * 32, hint="a…@b.vn"
    )
    dispatch = Dispatch.objects.create(kind="page", is_urgent=True, unit=unit)
    Delivery.objects.create(
        dispatch=dispatch, channel="email", recipient_kind="pager", recipient_ref=way.pk
    )
    tried = PagerTest.objects.create(officer=officer, shift=shift, dispatch=dispatch)
    return {"shift": shift, "pager": way, "pager_test": tried}


def _warnings(label: str, unit: Unit, officer: Officer, rows: dict[str, Any]) -> dict[str, Any]:
    warning = warnings.Warning.objects.create(unit=unit, author=officer, category="scam_bank")
    warnings.Version.objects.create(
        warning=warning,
        number=1,
        texts={"vi": PARTS | {"title": f"Cảnh báo {label}"}},
        audience={"places": [], "kinds": [], "without": [], "subscribers": False},
        text_hash=b"0" * 32,
        made_by=officer,
    )
    approval = Approval.objects.create(
        text_hash=b"0" * 32, audience_hash=b"0" * 32, approved_by=officer
    )
    dispatch = Dispatch.objects.create(
        kind="warning", is_urgent=False, unit=unit, approval=approval, source_kind="warning"
    )
    DispatchText.objects.create(dispatch=dispatch, language="vi", text=f"Cảnh báo {label}")
    Delivery.objects.create(
        dispatch=dispatch,
        channel="by_hand",
        recipient_kind="group",
        recipient_ref=rows["group"].pk,
    )
    task = RelayTask.objects.create(dispatch=dispatch, lead=rows["lead"], group=rows["group"])
    pattern = warnings.Pattern.objects.create(
        unit=unit,
        texts=PARTS | {"title": f"Mẫu {label}"},
        category="scam_bank",
        severity=2,
        kinds=["residents"],
        hash=b"0" * 32,
        made_by=officer,
        expires_on=times.local_date(times.now()),
    )
    use = warnings.PatternUse.objects.create(
        pattern=pattern,
        version=warning.versions.get(),
        sent_by=officer,
        review_by=times.now(),
    )
    return {
        "warning": warning,
        "dispatch": dispatch,
        "task": task,
        "pattern": pattern,
        "pattern_use": use,
    }
