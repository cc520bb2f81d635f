"""The line over the list, the wave's page, and what a commune reads there."""

import datetime as dt
import hashlib
import re

import pytest
from django.urls import reverse

from keng.accounts.models import Post
from keng.conftest import sign_in
from keng.delivery.models import Inbound
from keng.incidents.wave_acts import find_waves
from keng.kit import times
from keng.language.ready_words import ready_words
from keng.language.taxonomy import categories
from keng.tips.models import Incident, Tip, Wave
from keng.warnings.models import Warning
from tests import make

pytestmark = pytest.mark.django_db
LINK = "kichhoat-dinhdanh.example"
TEXTS = ("Có người bảo mở trang lạ", "Mẹ em bị đòi kích hoạt", "Cả tổ nhận đường dẫn này")


@pytest.fixture
def province():
    return make.province_unit(serves=make.place("Tỉnh", kind="province", code="24"))


@pytest.fixture
def desks(province):
    return [make.unit(parent=province, serves=make.place(f"Phường {n}")) for n in range(4)]


def told(unit, text):
    at = times.now() - dt.timedelta(minutes=10)
    tip = make.tip(
        unit=unit,
        text=text,
        received_at=at,
        examined_at=at,
        category="scam_impersonation",
        place=unit.jurisdictions.first().place,
        reference=text[:20],
    )
    make.sighting(tip, indicator=make.indicator(LINK, type="url"))
    make.sighting(tip, indicator=make.indicator("+84912000417"))
    chat = hashlib.sha256(text.encode()).digest()
    Inbound.objects.create(channel="zalo_oa", kind="text", tip_ref=tip.pk, conversation_hash=chat)
    return tip


@pytest.fixture
def wave(desks):
    for desk, text in zip(desks, TEXTS, strict=False):
        told(desk, text)
    find_waves()
    return Wave.objects.get()


@pytest.fixture
def at_province(desk_client, province):
    return sign_in(desk_client, make.officer(unit=province, role=Post.Role.COORDINATOR))


def page(client, *address, **values):
    return client.get(reverse(*address, args=values.get("args", ()))).content.decode()


def test_one_line_says_what_rises_why_and_what_to_do(at_province, wave):
    shown = page(at_province, "inbox")
    assert "3 tin giống nhau trong" in shown
    assert "0912" in shown
    assert f"/warnings/new/?wave={wave.pk}" in shown
    assert shown.count('class="wave-bar"') == 1
    shown = page(at_province, "wave", args=[wave.pk])
    assert "kichhoat-dinhdanh[.]example" in shown
    assert all(text in shown for text in TEXTS)


def test_a_whole_wave_becomes_one_incident_in_one_act(at_province, wave):
    html = page(at_province, "wave", args=[wave.pk])
    assert "Gộp 3 tin thành một vụ việc" in html
    sent = {
        "act": "join",
        "at": f"{times.now().timestamp():.3f}",
        "tip": re.findall(r'name="tip" value="([^"]+)"', html),
    }
    answer = at_province.post(reverse("bulk"), sent)
    incident = Incident.objects.get()
    assert answer.headers["Location"] == reverse("incident", args=[incident.pk])
    assert Tip.objects.filter(incident=incident).count() == 3
    # They are one by now: nothing is left to join.
    assert "Gộp 3 tin" not in page(at_province, "wave", args=[wave.pk])


def test_not_a_wave_with_a_reason_takes_the_line_away(at_province, wave):
    address = reverse("wave-dismiss", args=[wave.pk])
    assert at_province.post(address, {"reason": ""}).status_code == 422
    at_province.post(address, {"reason": "Diễn tập"})
    assert 'class="wave-bar"' not in page(at_province, "inbox")
    assert "Diễn tập" in page(at_province, "wave", args=[wave.pk])
    at_province.post(reverse("wave-take-back", args=[wave.pk]))
    assert 'class="wave-bar"' in page(at_province, "inbox")


def test_a_commune_reads_its_own_tip_and_no_number_of_others(desk_client, desks, wave):
    own = told(desks[3], "Bác tôi vừa bị gọi")
    find_waves()
    client = sign_in(desk_client, make.officer(unit=desks[3]))
    for shown in (page(client, "inbox"), page(client, "tip", args=[own.pk])):
        assert f"/warnings/new/?wave={wave.pk}" in shown
        assert "nơi khác trong tỉnh" in shown
    shown = page(client, "wave", args=[wave.pk])
    assert "Bác tôi vừa bị gọi" in shown
    assert not [text for text in TEXTS if text in shown]
    assert "4 tin" not in shown
    assert "ngẫu nhiên" not in shown


def test_one_click_begins_the_warning_with_what_was_used_and_for_whom(at_province, wave, province):
    form = at_province.get(reverse("warning-new"), {"wave": wave.pk}).context["form"]
    assert form.initial["category"] == "scam_impersonation"
    assert "kichhoat-dinhdanh[.]example" in form.initial["signs"]
    assert form.initial["places"] == [str(province.jurisdictions.get().place_id)]


def test_the_draft_has_ready_words_that_say_they_are_a_suggestion(at_province, wave, province):
    address = reverse("warning-new")
    begun = at_province.get(address, {"wave": wave.pk})
    form, words = begun.context["form"], ready_words()["scam_impersonation"]
    assert {part: form.initial[part] for part in ("title", "what", "act")} == {
        part: words[part] for part in ("title", "what", "act")
    }
    # The number stands there, not the usual signs.
    assert words["signs"] not in form.initial["signs"]
    hint = "Gợi ý, chưa ai kiểm"
    assert begun.content.decode().count(hint) == 3
    changed = {"title": "Giả công an phường", "what": words["what"], "act": "Cúp máy."}
    sent = {**changed, "wave": str(wave.pk), "do": "check"}
    checked = at_province.post(address, sent).content.decode()
    assert checked.count(hint) == 1
    assert "Giả công an phường" in checked
    from_tip = at_province.get(address, {"tip": wave.members.first().tip_id})
    assert hint not in from_tip.content.decode()


def test_every_sort_of_wave_has_ready_words():
    both = {code for code, each in categories().items() if each.in_waves and each.in_warnings}
    assert set(ready_words()) == both


def test_the_desk_that_began_a_warning_is_asked_no_more(at_province, wave, province):
    values = at_province.get(reverse("warning-new"), {"wave": wave.pk}).context["form"].initial
    parts = {"title": "Giả công an", "what": "Gọi", "act": "Cúp máy", "wave": str(wave.pk)}
    values = {k: v for k, v in values.items() if v is not None}
    answer = at_province.post(reverse("warning-new"), values | parts | {"do": "save"})
    assert answer.status_code == 302
    assert 'class="wave-bar"' not in page(at_province, "inbox")
    shown = page(at_province, "wave", args=[wave.pk])
    assert str(Warning.objects.get().pk) in shown


def test_an_auditor_is_shown_no_line(desk_client, province, wave):
    client = sign_in(desk_client, make.officer(unit=province, role=Post.Role.AUDITOR))
    assert 'class="wave-bar"' not in page(client, "inbox")
