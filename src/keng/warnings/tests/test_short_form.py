"""The short form of a warning for text messages: written, approved, corrected, taken back."""

import dataclasses

import pytest
from django.urls import reverse

from keng.channels.gateway import plain_letters
from keng.channels.sms.fitting import sms_parts, sms_words
from keng.channels.wire import OutgoingMessage
from keng.conftest import sign_in
from keng.delivery.credentials import keep_secrets
from keng.delivery.models import DispatchText
from keng.relay.texts_to_pass_on import texts_to_pass_on
from keng.warnings import actions, outgoing_text, style
from keng.warnings.forms import WarningForm
from keng.warnings.tests.ward import CALM, NOTE, Ward, looked_at
from keng.warnings.verifying import verify_pasted
from tests import make

pytestmark = pytest.mark.django_db
SHORT = "Phường Nếnh: có kẻ giả công an gọi dọa khóa căn cước. Cúp máy, gọi 113"
WITH_SHORT = {**CALM, "short": SHORT}


@pytest.fixture
def ward():
    return Ward()


def sent_short(dispatch):
    return DispatchText.objects.get(dispatch=dispatch, language="vi").short


def test_it_is_approved_with_the_text_and_sent_with_who_warns_code_and_page(ward, settings):
    version = ward.published(words=WITH_SHORT)
    code, host = version.verify_code.code, settings.PUBLIC_URL.partition("://")[2]
    assert sent_short(version.dispatch) == (
        f"CẢNH BÁO: {SHORT}. Công an phường Nếnh. "
        f"Mã {code[:3]}-{code[3:]}. Toàn văn: {host}/w/{code}"
    )


def test_whoever_passes_it_on_by_text_message_sends_the_approved_short_form(public_client, ward):
    version = ward.published(words=WITH_SHORT)
    url = reverse("warning", args=[version.verify_code.code], urlconf="keng.site.public_urls")
    page = public_client.get(url).content.decode()
    assert f">{plain_letters(sent_short(version.dispatch))}</p>" in page


def test_a_short_form_of_more_parts_than_phones_join_is_not_passed_on():
    text, url = "CẢNH BÁO: Gọi giả công an. Cúp máy.", "https://keng.example/w/ABCDEF"
    assert texts_to_pass_on(text, url, "Dài " * 200).sms == plain_letters(f"{text}\n{url}")


def test_another_short_form_is_another_text_to_approve(ward):
    version = ward.submitted(words=WITH_SHORT)
    seen = version.digest_now
    version.texts["vi"]["short"] = "Cúp máy"
    assert version.digest_now != seen


def test_a_correction_has_its_own_and_names_what_it_replaces(ward):
    first = ward.published(words=WITH_SHORT)
    words = {**WITH_SHORT, **NOTE, "short": "Phường Nếnh: số đúng là 0204 000 0113."}
    content = ward.content(words)
    actions.revise_warning(first.warning_id, content=content, choice=ward.choice(), by=ward.officer)
    second = actions.submit_warning(first.warning_id, by=ward.officer)
    dispatch = actions.approve_warning(second.pk, **looked_at(second), by=ward.province_duty)
    code = first.verify_code.code
    begins = f"ĐÍNH CHÍNH cảnh báo {code[:3]}-{code[3:]}: Phường Nếnh: số đúng là 0204 000 0113. "
    assert sent_short(dispatch).startswith(begins)


def test_a_recall_has_a_short_form_that_nobody_has_to_write(ward):
    version = ward.published()
    dispatch = actions.recall_warning(version.warning_id, reason="wrong_number", by=ward.commander)
    short = sent_short(dispatch)
    code = version.verify_code.code
    assert short.startswith(f"THU HỒI: cảnh báo {code[:3]}-{code[3:]}. ")
    assert short.endswith(f"/w/{code}")


@pytest.mark.parametrize("settings_of_account", [{}, {"with_marks": "yes"}])
def test_a_recall_of_three_versions_fits_every_account(settings_of_account):
    (text,) = outgoing_text.recall_messages(
        {"vi": CALM},
        codes=["7QM4KD", "7QM4KE", "7QM4KF"],
        reason="Sai số",
        issuer="Công an phường Phương Liễu, tỉnh Bắc Ninh",
    )
    words = sms_words(OutgoingMessage(text.text, short=text.short), settings_of_account)
    assert sms_parts(words) <= 2


def test_the_house_style_reads_it_too(ward):
    content = ward.content({**CALM, "short": "Hãy cảnh giác. Xem http://bit.example/x"})
    lines = [line.words for line in style.check_style(content) if "Bản ngắn" in line.words]
    assert any("bấm" in words for words in lines)
    assert any("làm gì" in words for words in lines)
    assert [one.code for one in style.stopping_findings(content)] == ["link"]
    good = ward.content(WITH_SHORT)
    assert not [line for line in style.check_style(good) if "Bản ngắn" in line.words]


def test_whoever_pastes_a_text_message_learns_that_it_was_published(ward):
    version = ward.published(words=WITH_SHORT)
    pasted = sms_words(OutgoingMessage("", short=sent_short(version.dispatch)), {})
    assert verify_pasted(pasted).kind == "agrees"
    assert verify_pasted(pasted.replace("113", "0912 345 678")).kind == "differs"


def test_a_short_form_alone_in_english_is_not_lost(ward):
    form = WarningForm({"en_short": "Hang up."}, unit=ward.unit)
    form.is_valid()
    assert "en_short" in form.errors


def test_the_preview_takes_as_much_room_as_what_is_sent(ward):
    version = ward.submitted(words=WITH_SHORT)
    stamp = outgoing_text.stamp_of(version, "")
    (preview,) = outgoing_text.warning_messages(ward.content(WITH_SHORT), stamp)
    with_code = dataclasses.replace(stamp, code="7QM4KD")
    (sent,) = outgoing_text.warning_messages(ward.content(WITH_SHORT), with_code)
    assert len(preview.short) == len(sent.short)


def test_writer_and_approver_read_how_long_it_is_and_whom_it_reaches(desk_client, ward):
    account = make.channel_account(unit=ward.unit, channel="sms", name="Tổng đài")
    keep_secrets(account, {"profile": "esms"})
    account.save()
    make.subscription(places=(ward.place,), channel="sms")
    version = ward.submitted()
    sign_in(desk_client, ward.officer)
    shown = desk_client.get(reverse("warning-edit", args=[version.warning_id])).content.decode()
    assert 'data-short-count="short"' in shown
    assert "Không quá 3 tin nhắn không dấu thì" in shown
    assert "Tổng đài, Tiếng Việt: 1 người" in " ".join(shown.split())
    actions.revise_warning(
        version.warning_id,
        content=ward.content(WITH_SHORT),
        choice=ward.choice(),
        by=ward.officer,
    )
    actions.submit_warning(version.warning_id, by=ward.officer)
    sign_in(desk_client, ward.commander)
    shown = desk_client.get(reverse("warning-approve", args=[version.warning_id])).content.decode()
    assert SHORT in shown
    assert "quá dài cho SMS" not in shown
