"""Rows of every kind for one unit, so that a walk over the desk finds something everywhere."""

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from keng.accounts.models import (
    NamedOfficer,
    Notice,
    Officer,
    OfficerPasskey,
    OfficerRequest,
    Partner,
    PartnerMember,
    Post,
    Shift,
)
from keng.breaches.harm import STEP_CODES
from keng.breaches.models import Breach, BreachWaiver
from keng.claims.models import Claim
from keng.community.models import Meeting, OfficialChannel, Question
from keng.data_requests.models import DataRequest
from keng.decisions import triage
from keng.delivery.credentials import keep_secrets
from keng.delivery.models import (
    AccountGroup,
    Approval,
    Delivery,
    Dispatch,
    DispatchText,
    PagerTest,
    PagerWay,
    RelayTask,
)
from keng.imported.box import WaitingRows
from keng.imported.dry_run import DryRun
from keng.imported.models import ImportBatch
from keng.kit import times
from keng.lessons.models import (
    Campaign,
    Collection,
    Edition,
    Film,
    FirstHour,
    Lesson,
    SchoolClass,
)
from keng.lookup.models import Dispute
from keng.lookup.tests.make_listing import listing
from keng.model_offers.models import ModelCopy, ModelOffer
from keng.network.models import TeamAsk, TeamShift
from keng.partners.models import Article, KitRequest
from keng.places.models import Unit
from keng.retention.models import RetentionPeriod
from keng.surveys.models import PaperBatch, Survey
from keng.thanks.models import CountedTip, GroupThanks
from keng.tips.models import (
    Attachment,
    BreakIn,
    LegalHold,
    OtherInstallation,
    Recusal,
    SavedSearch,
    Transfer,
    TransferFile,
    TransferIdentity,
    TransferKey,
    Wave,
)
from keng.vault.models import OpeningRequest, ResharingRequest, UnitKey
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


def world(label: str, *, parent: Unit | None = None, kind: str = Unit.Kind.COMMUNE) -> World:
    """A unit with an officer, and one row of everything that the desk can show."""
    place = make.place(f"Nơi {label}")
    unit = make.unit(f"Đơn vị {label}", parent=parent, serves=place, kind=kind)
    officer = make.officer(unit=unit, name=f"Người {label}", role=Post.Role.COMMANDER)
    rows: dict[str, Any] = {"officer": officer, "post": officer.posts.get(), "place": place}
    rows |= _tips(label, unit, officer, place) | _network(label, unit, place)
    rows |= _warnings(label, unit, officer, rows)
    rows |= _calls(unit, officer) | _told(label, unit, place, officer)
    rows |= _lessons(label, unit, officer) | _pledges(label, unit, officer, rows)
    rows["claim"] = Claim.objects.create(unit=unit, words=f"Tin đồn {label}")
    rows |= _surveys(label, unit, officer)
    rows |= {"report": make.report(unit=unit, officer=officer)}
    rows |= _accounts(label, unit) | _sight(unit, officer, rows)
    return World(unit, officer, rows)


def _accounts(label: str, unit: Unit) -> dict[str, Any]:
    """A request that waits, and what its asker is told; the asker's account is of long ago."""
    asker = make.officer(unit=unit, name=f"Quản trị {label}", role=Post.Role.ADMINISTRATOR)
    concerned = make.officer(unit=unit, name=f"Cán bộ {label}")
    asked = OfficerRequest.objects.create(
        kind=OfficerRequest.Kind.RENEWAL,
        unit=unit,
        officer=concerned,
        asked_by=asker,
        expires_at=times.now() + datetime.timedelta(days=7),
    )
    notice = Notice.objects.create(
        officer=asker, act=Notice.Act.ASKED, request=asked, about=concerned, by=asker
    )
    return {"officer_request": asked, "notice": notice}


def _sight(unit: Unit, officer: Officer, rows: dict[str, Any]) -> dict[str, Any]:
    """Who reads what: a name that was on the list, an emergency, somebody who has no part in it."""
    other = make.officer(unit=unit)
    at = times.now()
    named = NamedOfficer.objects.create(
        unit=unit, officer=other, named_by=officer, ended_by=officer, ended_at=at
    )
    opened = BreakIn.objects.create(
        tip=rows["tip"],
        officer=other,
        unit=unit,
        ground=BreakIn.Ground.LIFE,
        words="Gấp",
        until=at + datetime.timedelta(hours=1),
    )
    recusal = Recusal.objects.create(tip=rows["tip"], officer=other, by=officer)
    asked = OpeningRequest.objects.create(
        tip_ref=rows["tip"].pk,
        what=OpeningRequest.What.CONTACT,
        record_ref=make.some_id(),
        reason=OpeningRequest.Reason.DANGER,
        legal_basis="Điều 1",
        text=f"Cần gọi {unit.name}",
        asked_by_ref=other.pk,
    )
    key = UnitKey.objects.create(unit=unit, public_key=bytes(1216), epoch=at.date(), retired_at=at)
    resharing = ResharingRequest.objects.create(unit=unit, any_key=key, plan={str(key.pk): []})
    hold = LegalHold.objects.create(
        tip=rows["tip"], unit=unit, ground=LegalHold.Ground.CASE, words="Hồ sơ", asked_by=other
    )
    # Known to every desk here, and so one for all of these worlds.
    other_installation, _is_new = OtherInstallation.objects.get_or_create(
        name="Công an tỉnh bạn",
        defaults={"province_code": "24", "signing_key": bytes(32), "sealing_key": bytes(1216)},
    )
    transfer = Transfer.objects.create(
        number_of_both=uuid.uuid4(),
        tip=rows["tip"],
        other=other_installation,
        state=Transfer.State.ASKED,
        reason="Ở tỉnh bạn",
        asked_by=other,
    )
    transfer_file = TransferFile.objects.create(
        transfer=transfer, number=1, content=b"sealed", says="handed", by=other
    )
    transfer_key = TransferKey.objects.create(
        transfer=transfer, key_ref=uuid.uuid4(), public_key=bytes(1216), signature=bytes(64)
    )
    # What the desk adds of these is beside a tip that came here.
    came = Transfer.objects.create(
        number_of_both=uuid.uuid4(),
        tip=rows["tip"],
        other=other_installation,
        is_incoming=True,
        state=Transfer.State.RETURNED,
        asked_by=other,
    )
    transfer_identity = TransferIdentity.objects.create(
        transfer=came, ref=uuid.uuid4(), key_ref=transfer_key.key_ref, kind="contact"
    )
    period = RetentionPeriod.objects.create(
        unit=unit, closed_as="founded", months=24, proposed_by=other
    )
    batch = ImportBatch.objects.create(
        unit=unit,
        kind="tips",
        sheet_digest=uuid.uuid4().bytes * 2,
        summary=DryRun(WaitingRows([], [])).summary,
        proposed_by=other,
        expires_at=at + datetime.timedelta(days=7),
    )
    asked_at = at - datetime.timedelta(hours=1)
    data_request = DataRequest.objects.create(
        unit=unit,
        tip=rows["tip"],
        number=make.some_id().hex[-8:],
        kind=DataRequest.Kind.SEE,
        words=f"Xem {unit.name}",
        asked_at=asked_at,
        reply_by=at + datetime.timedelta(days=2),
        decide_by=at + datetime.timedelta(days=10),
        desk_tip=rows["tip"],
        desk_asked_at=at,
    )
    breach, waived = (
        Breach.objects.create(
            unit=unit,
            kind="read",
            words="Mất ổ đĩa",
            detected_at=at - datetime.timedelta(days=60),
            recorded_by=other,
            reached=["report_words"],
            harm=dict.fromkeys(STEP_CODES, "no"),
            assessed_by=other,
            assessed_at=at,
        )
        for _ in range(2)
    )
    waiver = BreachWaiver.objects.create(breach=waived, reason="Ổ đã mã hóa", asked_by=other)
    return {
        "data_request": data_request,
        "breach": breach,
        "waiver": waiver,
        "named": named,
        "break_in": opened,
        "recusal": recusal,
        "opening": asked,
        "resharing": resharing,
        "hold": hold,
        "transfer": transfer,
        "transfer_file": transfer_file,
        "transfer_key": transfer_key,
        "transfer_identity": transfer_identity,
        "period": period,
        "import": batch,
    }


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
        keyed_hash=b"0" * 32,
    )
    triage.accept_tip(first.pk, by=officer)
    triage.mark_duplicate(second.pk, of=first.pk, by=officer)
    triage.decline_tip(done.pk, kind="civil", reply="Cảm ơn.", by=officer)
    second.refresh_from_db()
    entry = listing(f"lua-dao-{unit.pk.hex[-8:]}.example", type="url", unit=unit, basis=label)
    disputed = Dispute.objects.create(
        listing=entry,
        unit=unit,
        code_hash=uuid.uuid4().bytes * 2,
        reason="mistake",
        text=f"Khiếu nại {label}",
        due_on=entry.expires_on,
    )
    saved = SavedSearch.objects.create(officer=officer, name=f"Tìm {label}", query={"q": "x"})
    wave = Wave.objects.create(unit=unit.parent or unit, category="scam_other")
    wave.members.create(tip=first)
    return {
        "wave": wave,
        "saved_search": saved,
        "listing": entry,
        "dispute": disputed,
        "dispute_file": disputed.files.create(viewing_path="y", size=1),
        "tip": first,
        "incident": second.incident,
        "sighting": sighting,
        "attachment": attachment,
    }


def _network(label: str, unit: Unit, place: Any) -> dict[str, Any]:
    group = make.group(unit=unit, place=place, name=f"Nhóm {label}")
    lead = make.lead(unit=unit, groups=(group,), name=f"Đầu mối {label}")
    house = make.establishment(unit=unit, place=place, name=f"Nhà trọ {label}")
    erased = make.lead(unit=unit, groups=(group,))
    erased.erased_at = times.now()
    erased.save(update_fields=["erased_at"])
    hamlet = make.place(f"Thôn {label}", kind="hamlet", parent=place)
    team = make.group(unit=unit, place=place, name=f"Tổ tự quản {label}", kind="team")
    shift = TeamShift.objects.create(
        group=team,
        weekday=0,
        begins=datetime.time(21),
        ends=datetime.time(23),
        role=f"Tổ phó {label}",
    )
    ask = TeamAsk.objects.create(
        group=team, words=f"Đi tuần {label}", until=times.now() + datetime.timedelta(hours=3)
    )
    account = make.channel_account(
        unit=unit, channel="zalo_oa", slug=f"oa-{unit.pk.hex[-12:]}", name=f"Tài khoản {label}"
    )
    keep_secrets(account, {"oa_id": f"{unit.pk.int % 10**12}"})
    account.save()
    listed = AccountGroup.objects.create(
        account=account, address=f"gmf-{unit.pk.hex[-12:]}", name=f"Nhóm Zalo {label}"
    )
    return {
        "group_account": account,
        "account_group": listed,
        "group": group,
        "erased_lead": erased,
        "lead": lead,
        "establishment": house,
        "hamlet": hamlet,
        "team": team,
        "team_shift": shift,
        "team_ask": ask,
    }


def _lessons(label: str, unit: Unit, officer: Officer) -> dict[str, Any]:
    """A collection and a lesson that waits."""
    slug = f"t{make.some_id().hex[:12]}"
    collection = Collection.objects.create(
        slug=slug,
        unit=unit,
        purpose="fraud",
        made_by=officer,
        texts={"vi": {"title": f"Bộ {label}", "about": "a"}},
    )
    edition = Edition.objects.create(
        lesson=Lesson.objects.create(slug=slug, collection=collection),
        number=1,
        unit=unit,
        texts={"vi": {"title": f"Bài {label}", "cards": [], "quiz": []}},
        hands=[officer.pk],
        submitted_at=times.now(),
        made_by=officer,
    )
    film = Film.objects.create(unit=unit, title=f"Phim {label}", made_by=officer)
    return {"collection": collection, "edition": edition, "film": film}


def _pledges(label: str, unit: Unit, officer: Officer, rows: dict[str, Any]) -> dict[str, Any]:
    """A campaign that waits, with one class."""
    today = times.local_date(times.now())
    campaign = Campaign.objects.create(
        slug=f"t{make.some_id().hex[:12]}",
        unit=unit,
        purpose="fraud",
        made_by=officer,
        texts={"vi": {"title": f"Hứa {label}", "pledge": ["a"]}},
        hands=[officer.pk],
        submitted_at=times.now(),
        starts_on=today,
        ends_on=today,
    )
    school_class = SchoolClass.objects.create(
        campaign=campaign,
        group=rows["group"],
        lead=rows["lead"],
        school=f"Trường {label}",
        commune=rows["place"],
    )
    text = FirstHour.objects.create(
        unit=unit,
        texts={"vi": {"steps": []}},
        made_by=officer,
        hands=[officer.pk],
        submitted_at=times.now(),
    )
    return {"campaign": campaign, "school_class": school_class, "first_hour": text}


def _calls(unit: Unit, officer: Officer) -> dict[str, Any]:
    """A shift, a pager and a test of it, a passkey: all but the shift are the officer's own."""
    now = times.now()
    shift = Shift.objects.create(
        unit=unit,
        officer=officer,
        set_by=officer,
        starts_at=now,
        ends_at=now + datetime.timedelta(hours=8),
    )
    way = PagerWay.objects.create(
        officer=officer, kind="email", address_sealed=b"x", address_hash=b"0" * 32, hint="a…@b.vn"
    )
    dispatch = Dispatch.objects.create(kind="page", is_urgent=True, unit=unit)
    Delivery.objects.create(
        dispatch=dispatch, channel="email", recipient_kind="pager", recipient_ref=way.pk
    )
    tried = PagerTest.objects.create(officer=officer, shift=shift, dispatch=dispatch)
    passkey = OfficerPasskey.objects.create(
        holder=officer,
        credential_id=officer.pk.bytes + unit.pk.bytes,
        public_key=b"x",
        label="khóa",
    )
    return {"shift": shift, "pager": way, "pager_test": tried, "passkey": passkey}


def _told(label: str, unit: Unit, place: Any, officer: Officer) -> dict[str, Any]:
    """What stands on the page of the place."""
    question = Question.objects.create(
        place=place, unit=unit, wish="public", text=f"Hỏi {label}", code_hash=label.encode()
    )
    meeting = Meeting.objects.create(
        place=place,
        unit=unit,
        starts_at=times.now(),
        venue="nhà văn hóa",
        about=f"Họp {label}",
        hands=[officer.pk],
        submitted_at=times.now(),
        released_at=times.now(),
    )
    channel = OfficialChannel.objects.create(
        unit=unit,
        kind="zalo",
        shown_as=f"Kênh {label}",
        checked_by=officer,
        checked_on=times.local_date(times.now()),
        submitted_at=times.now(),
        released_at=times.now(),
    )
    thanks = GroupThanks.objects.create(
        unit=unit,
        place=place,
        category="theft",
        group_ids=[make.some_id()],
        since=times.local_date(times.now()),
        report_count=5,
        text=f"Cảm ơn {label}",
        made_by=officer,
        hands=[officer.pk],
        submitted_at=times.now(),
    )
    counted = CountedTip.objects.create(tip_ref=make.some_id(), thanks=thanks)
    return {
        "thanks": thanks,
        "counted_tip": counted,
        "question": question,
        "meeting": meeting,
        "official_channel": channel,
        **_partners(label, unit, place),
    }


def _partners(label: str, unit: Unit, place: Any) -> dict[str, Any]:
    """A partner of one person who handed something in, and somebody who asks to be one."""
    partner = Partner.objects.create(
        name=f"Đối tác {label}",
        kind="front",
        place=place,
        purposes=["fraud"],
        invited_by_unit=unit,
    )
    member = PartnerMember.objects.create(
        partner=partner, username=f"m{make.some_id().hex[:8]}", name=f"Hội viên {label}"
    )
    article = Article.objects.create(
        partner=partner,
        purpose="fraud",
        title=f"Bài {label}",
        text="a",
        hands=[member.pk],
        submitted_at=times.now(),
    )
    asked = KitRequest.objects.create(
        name=f"Già làng {label}", place=place, unit=unit, about="a", token_hash=label.encode()
    )
    return {
        "partner": partner,
        "partner_member": member,
        "waiting_member": _waiting_member(label, unit),
        "article": article,
        "kit_request": asked,
    }


def _waiting_member(label: str, unit: Unit) -> PartnerMember:
    """The first person of a new partner, to whom an officer has to agree."""
    partner = Partner.objects.create(
        name=f"Đối tác mới {label}", kind="front", purposes=["fraud"], invited_by_unit=unit
    )
    name = f"w{make.some_id().hex[:8]}"
    return PartnerMember.objects.create(
        partner=partner, username=name, name=f"Người mới {label}", awaits_agreement=True
    )


def _surveys(label: str, unit: Unit, officer: Officer) -> dict[str, Any]:
    survey = Survey.objects.create(
        unit=unit,
        author=officer,
        code=label.encode().hex().upper()[-6:],
        purpose="streets",
        content={"vi": {"title": f"Khảo sát {label}", "why": "a"}, "questions": [], "places": []},
        hands=[officer.pk],
    )
    return {
        "survey": survey,
        "batch": PaperBatch.objects.create(survey=survey, made_by=officer, sheets=2),
    }


def _warnings(label: str, unit: Unit, officer: Officer, rows: dict[str, Any]) -> dict[str, Any]:
    warning = warnings.Warning.objects.create(unit=unit, author=officer, category="scam_bank")
    warnings.Version.objects.create(
        warning=warning,
        number=1,
        texts={"vi": PARTS | {"title": f"Cảnh báo {label}"}},
        audience={"places": [], "kinds": [], "without": [], "subscribers": False},
        made_by=officer,
        hands=[officer.pk],
    )
    approval = Approval.objects.create(
        text_hash=b"0" * 32, audience_hash=b"0" * 32, approved_by=officer
    )
    dispatch = Dispatch.objects.create(
        kind="warning",
        is_urgent=False,
        unit=unit,
        approval=approval,
        source_kind="warning",
        materialised_at=times.now(),
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
        made_by=officer,
        hands=[officer.pk],
        submitted_at=times.now(),
        expires_on=times.local_date(times.now()),
    )
    use = warnings.PatternUse.objects.create(
        pattern=pattern,
        version=warning.versions.get(),
        sent_by=officer,
        review_by=times.now(),
    )
    # One for the whole country: alerts of official sources are no desk's.
    alert, _is_new = warnings.OfficialAlert.objects.get_or_create(
        source="vi-du.example",
        sender="vi-du.example",
        identifier="mua-lon",
        defaults={"sent_at": times.now(), "kind": "Alert", "headline": "Mưa lớn"},
    )
    return {
        "warning": warning,
        "official_alert": alert,
        "dispatch": dispatch,
        "task": task,
        "pattern": pattern,
        "pattern_use": use,
        **_models_to_copy(pattern),
    }


def _models_to_copy(pattern: Any) -> dict[str, Any]:
    """A pattern that nobody can take over, since it waits, and a rota that was taken over."""
    offered = {"unit": pattern.unit, "offered_by": pattern.made_by}
    texts = {"texts": pattern.texts, "category": "scam_bank", "severity": 2, "kinds": []}
    offer = ModelOffer.objects.create(
        kind="pattern", source_ref=pattern.pk, content=texts, **offered
    )
    line = {"weekday": 0, "begins": "19:00", "minutes": 720, "role": "duty", "people": 1}
    rota = ModelOffer.objects.create(
        kind="rota",
        source_ref=pattern.unit_id,
        content={"shifts": [line]},
        withdrawn_at=times.now(),
        **offered,
    )
    copy = ModelCopy.objects.create(offer=rota, unit=pattern.unit, taken_by=pattern.made_by)
    return {"model_offer": offer, "model_copy": copy}
