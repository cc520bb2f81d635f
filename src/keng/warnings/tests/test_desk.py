"""The desk's pages of warnings, as an officer goes through them."""

import dataclasses
import datetime
import re

import pytest
from django.urls import reverse

from keng.accounts import second_factor
from keng.acts.work import name_actor
from keng.conftest import sign_in
from keng.delivery.models import Dispatch
from keng.delivery.tests.rows import make_rows
from keng.kit import pagination, times
from keng.language.indicators import extract
from keng.network.models import Group
from keng.runtime.tests.rights import as_owner
from keng.tips.models import Suggestion
from keng.warnings import actions
from keng.warnings.content import warning_content_of
from keng.warnings.desk import releasing
from keng.warnings.models import Reading, Version, Warning
from keng.warnings.tests.ward import CALM, NOTE, Ward
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    return Ward()


def url(name, *args):
    return reverse(name, args=args, urlconf="keng.site.desk_urls")


def filled(ward, **changes):
    return {
        **CALM,
        "category": "scam_impersonation",
        "severity": "2",
        "valid_until": "2099-12-31",
        "places": [str(ward.place.pk)],
        "kinds": ["residents", "landlords"],
        "subscribers": "on",
        "do": "submit",
        **changes,
    }


def hidden(page, name):
    return re.search(rf'name="{name}" value="([0-9a-f]+)"', page.content.decode())[1]


def test_from_writing_to_sending_by_two_people(desk_client, ward):
    sign_in(desk_client, ward.officer)
    desk_client.post(url("warning-new"), filled(ward))
    warning = Warning.objects.get()
    assert warning.state == "submitted"
    second_factor.set_totp_secret(ward.commander)
    sign_in(desk_client, ward.commander)
    page = desk_client.get(url("warning-approve", warning.pk))
    assert "Duyệt và gửi tới 2 nhóm" in page.content.decode()
    data = {name: hidden(page, name) for name in ("seen", "people")}
    data["code"] = second_factor.current_totp_code(ward.commander)
    answer = desk_client.post(url("warning-approve", warning.pk), data)
    dispatch = Dispatch.objects.get()
    assert answer.url == url("dispatch", dispatch.pk)
    make_rows()
    page = desk_client.get(answer.url).content.decode()
    assert "Đã duyệt, đang gửi." in page
    assert "1 nhóm chờ đầu mối" in page


def test_a_wrong_code_sends_nothing(desk_client, ward):
    version = ward.submitted()
    second_factor.set_totp_secret(ward.commander)
    sign_in(desk_client, ward.commander)
    page = desk_client.get(url("warning-approve", version.warning_id))
    data = {name: hidden(page, name) for name in ("seen", "people")}
    wrong = str((int(second_factor.current_totp_code(ward.commander)) + 1) % 1_000_000).zfill(6)
    answer = desk_client.post(url("warning-approve", version.warning_id), data | {"code": wrong})
    assert answer.status_code == 422
    assert not Dispatch.objects.exists()


def test_a_changed_list_is_shown_before_the_code_is_used_up(desk_client, ward):
    version = ward.submitted()
    second_factor.set_totp_secret(ward.commander)
    sign_in(desk_client, ward.commander)
    page = desk_client.get(url("warning-approve", version.warning_id))
    data = {name: hidden(page, name) for name in ("seen", "people")}
    code = second_factor.current_totp_code(ward.commander)
    make.group(unit=ward.unit, place=ward.hamlet, name="Nhóm vừa thêm")
    stale = desk_client.post(url("warning-approve", version.warning_id), data | {"code": code})
    assert stale.status_code == 409
    assert not Dispatch.objects.exists()
    assert "<ins>Nhóm vừa thêm</ins>" in stale.content.decode()
    fresh = {name: hidden(stale, name) for name in ("seen", "people")}
    answer = desk_client.post(url("warning-approve", version.warning_id), fresh | {"code": code})
    assert answer.status_code == 302
    assert Dispatch.objects.exists()


def test_the_author_sees_who_else_can_approve_but_no_button(desk_client, ward):
    version = ward.submitted(by=ward.commander)
    sign_in(desk_client, ward.commander)
    page = desk_client.get(url("warning-approve", version.warning_id)).content.decode()
    assert "bạn đã soạn hoặc trình nó" in page
    assert f"Người duyệt được ở tỉnh: {ward.coordinator}" in page
    assert "Duyệt và gửi" not in page


def test_checking_shows_findings_and_previews_and_saves_nothing(desk_client, ward):
    sign_in(desk_client, ward.officer)
    data = filled(ward, do="check", act="Bấm vào vneid-kichhoat.com.")
    page = desk_client.post(url("warning-new"), data).content.decode()
    assert "Chặn" in page
    assert "vneid-kichhoat" in page
    assert not Warning.objects.exists()


def test_the_author_reads_which_of_the_six_things_the_text_leaves_out(desk_client, ward):
    sign_in(desk_client, ward.officer)
    vague = filled(ward, do="check", act="Nâng cao cảnh giác.", call="Trực ban.")
    page = desk_client.post(url("warning-new"), vague).content.decode()
    assert "Chưa nói người đọc cần làm gì" in page
    assert "Chưa nói người dân bị gì" in page
    # What every text that goes out carries is not asked of its author.
    assert "Chưa rõ ai cảnh báo" not in page
    assert "Chưa có nơi nào" not in page
    whole = filled(ward, do="check", consequence="Một người đã mất 40 triệu đồng.")
    assert "Đủ sáu điều" in desk_client.post(url("warning-new"), whole).content.decode()


def test_what_happens_to_people_is_kept_and_may_be_left_out(desk_client, ward):
    sign_in(desk_client, ward.officer)
    said = "Một người đã mất 40 triệu đồng."
    desk_client.post(url("warning-new"), filled(ward, do="save", consequence=said))
    warning = Warning.objects.get()
    assert warning.versions.get().texts["vi"]["consequence"] == said
    page = desk_client.get(url("warning-edit", warning.pk)).content.decode()
    assert said in page
    desk_client.post(url("warning-edit", warning.pk), filled(ward, do="save", consequence=""))
    assert "consequence" not in warning.versions.order_by("-number")[0].texts["vi"]


def test_an_english_text_says_what_happens_to_people_where_the_vietnamese_does(desk_client, ward):
    sign_in(desk_client, ward.officer)
    english = {f"en_{field}": "Hang up" for field in ("title", "what", "signs", "act", "call")}
    data = filled(ward, do="save", consequence="Một người mất tiền.", **english)
    answer = desk_client.post(url("warning-new"), data)
    assert answer.status_code == 422
    assert "Bản tiếng Anh phải đủ" in answer.content.decode()


def test_what_is_missing_is_said_and_what_was_written_stays(desk_client, ward):
    sign_in(desk_client, ward.officer)
    answer = desk_client.post(url("warning-new"), filled(ward, title="", en_title="Only this"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Hãy ghi tên cảnh báo" in page
    assert CALM["what"] in page
    assert "Bản tiếng Anh phải đủ" in page


def test_the_count_follows_the_ticks(desk_client, ward):
    sign_in(desk_client, ward.officer)
    make.subscription(places=(ward.place,))
    both = desk_client.post(url("warning-audience"), filled(ward)).content.decode()
    assert "Gửi tới 2 nhóm và 1 người đăng ký" in both
    one = desk_client.post(
        url("warning-audience"), filled(ward, kinds=["landlords"], subscribers="")
    )
    assert "Gửi tới 1 nhóm</h2>" in one.content.decode()


def test_a_place_of_another_desk_cannot_be_chosen(desk_client, ward):
    sign_in(desk_client, ward.officer)
    foreign = make.place(parent=ward.province_place)
    answer = desk_client.post(url("warning-new"), filled(ward, places=[str(foreign.pk)]))
    assert answer.status_code == 422
    assert not Warning.objects.exists()
    answer = desk_client.post(url("warning-audience"), filled(ward, places=[str(foreign.pk)]))
    assert "Gửi tới 0 nhóm" in answer.content.decode()


def test_a_warning_from_a_tip_carries_indicators_but_never_the_reporters_words(desk_client, ward):
    tip = make.tip(
        unit=ward.unit, text="Em tên Hoa bị gọi", place=ward.hamlet, category="scam_bank"
    )
    link = make.indicator("http://vneid-gia.com/a", type="url")
    make.sighting(tip, indicator=link, decided_by=ward.officer)
    make.sighting(tip, indicator=make.indicator("0912000417"), role="unknown")
    make.sighting(tip, indicator=make.indicator("98A12345", type="plate"))
    sign_in(desk_client, ward.officer)
    page = desk_client.get(url("warning-new") + f"?tip={tip.pk}").content.decode()
    assert "hxxp://vneid-gia[.]com/a" in page
    assert "Hoa" not in page
    assert "0912000417" not in page
    assert "98A12345" not in page
    assert '<option value="scam_bank" selected>' in page
    desk_client.post(url("warning-new"), filled(ward, tip=str(tip.pk), do="save"))
    assert Warning.objects.get().from_tip == tip


def test_an_unsorted_tip_lends_the_category_the_machine_suggests(desk_client, ward):
    tip = make.tip(unit=ward.unit)
    Suggestion.objects.create(tip=tip, categories=[{"code": "scam_parcel"}, {"code": "theft"}])
    sign_in(desk_client, ward.officer)
    page = desk_client.get(url("warning-new") + f"?tip={tip.pk}").content.decode()
    assert '<option value="scam_parcel" selected>' in page
    blank = desk_client.get(url("warning-new")).content.decode()
    assert '<option value="" selected>' in blank


@pytest.mark.parametrize("asks_at", [0, 1, 2])
def test_an_incident_lends_what_the_machine_suggests_for_most_of_its_tips(
    desk_client, ward, asks_at
):
    """Whichever of them it could not read: the newest is one of those of its five minutes."""
    tips = sorted((make.tip(unit=ward.unit) for _ in range(3)), key=lambda tip: tip.pk)
    for at, tip in enumerate(tips):
        unsure = {"strength": "unsure"} if at == asks_at else {}
        Suggestion.objects.create(tip=tip, categories=[{"code": "scam_parcel", **unsure}])
    incident = make.incident(unit=ward.unit, by=ward.officer, tips=tips)
    sign_in(desk_client, ward.officer)
    page = desk_client.get(url("warning-new") + f"?incident={incident.pk}").content.decode()
    assert '<option value="scam_parcel" selected>' in page


def test_the_list_of_warnings_leads_to_how_far_they_got(desk_client, ward):
    sign_in(desk_client, ward.commander)
    page = desk_client.get(url("warnings")).content.decode()
    assert f'href="{url("coverage")}">Độ phủ</a>' in page


def test_the_approval_says_people_only_where_somebody_subscribed(desk_client, ward):
    pk = ward.submitted().warning_id
    members = sum(group.member_count for group in Group.objects.all())
    sign_in(desk_client, ward.commander)
    page = desk_client.get(url("warning-approve", pk)).content.decode()
    assert f"Duyệt và gửi tới 2 nhóm, khoảng {members} thành viên</button>" in page
    make.subscription(places=(ward.place,))
    page = desk_client.get(url("warning-approve", pk)).content.decode()
    assert "Duyệt và gửi tới 2 nhóm và 1 người đăng ký</button>" in page


def test_the_approval_names_the_incident_as_the_source_and_not_as_a_day(desk_client, ward):
    version = ward.submitted()
    incident = make.incident(
        unit=ward.unit, by=ward.officer, tips=(make.tip(unit=ward.unit),), category="scam_parcel"
    )
    Warning.objects.filter(pk=version.warning_id).update(from_incident=incident)
    sign_in(desk_client, ward.commander)
    page = desk_client.get(url("warning-approve", version.warning_id)).content.decode()
    assert "<dt>Từ vụ việc</dt>" in page


def test_a_tip_that_is_not_ones_to_see_starts_no_warning(desk_client, ward):
    tip = make.tip(unit=ward.province, concerns=(ward.unit,))
    sign_in(desk_client, ward.officer)
    assert desk_client.get(url("warning-new") + f"?tip={tip.pk}").status_code == 404
    assert desk_client.get(url("warning-new") + "?tip=x").status_code == 404


def test_an_incident_gives_the_indicators_of_its_tips(desk_client, ward):
    tips = tuple(make.tip(unit=ward.unit) for _ in range(2))
    for tip in tips:
        make.sighting(tip, indicator=make.indicator("0912000417"), decided_by=ward.officer)
    incident = make.incident(unit=ward.unit, by=ward.officer, tips=tips, category="scam_parcel")
    sign_in(desk_client, ward.officer)
    page = desk_client.get(url("warning-new") + f"?incident={incident.pk}").content.decode()
    assert page.count("Số gọi đến: 0912000417") == 1
    assert "cán bộ đã xác nhận, tra cứu công khai đã xác nhận" in page


def test_a_number_is_written_as_people_dial_it_and_is_still_found_in_the_text(desk_client, ward):
    tip = make.tip(unit=ward.unit, category="scam_bank")
    make.sighting(tip, indicator=make.indicator("+84912000417"), decided_by=ward.officer)
    sign_in(desk_client, ward.officer)
    page = desk_client.get(url("warning-new") + f"?tip={tip.pk}").content.decode()
    line = "Số gọi đến: 0912 000 417"
    assert line in page
    assert [found.value for found in extract(line)] == ["+84912000417"]


OBJECT_PAGES = ("warning-detail", "warning-edit", "warning-approve", "warning-recall")


@pytest.mark.parametrize("name", OBJECT_PAGES)
def test_another_desk_does_not_know_of_it(desk_client, ward, name):
    version = ward.submitted()
    sign_in(desk_client, make.officer(unit=make.unit(parent=ward.province), role="commander"))
    assert desk_client.get(url(name, version.warning_id)).status_code == 404
    assert CALM["title"] not in desk_client.get(url("warnings")).content.decode()


@pytest.mark.parametrize("name", OBJECT_PAGES)
def test_nobody_is_sent_to_the_sign_in(desk_client, ward, name):
    answer = desk_client.get(url(name, ward.submitted().warning_id))
    assert answer.status_code == 302
    assert "sign" in answer.url


def test_reading_is_remembered_only_for_those_who_may_decide(desk_client, ward):
    version = ward.submitted()
    sign_in(desk_client, ward.officer)
    assert desk_client.get(url("warning-approve", version.warning_id)).status_code == 302
    assert not Reading.objects.exists()
    sign_in(desk_client, ward.commander)
    desk_client.get(url("warning-approve", version.warning_id))
    assert Reading.objects.get().officer == ward.commander


def test_giving_back_shows_the_reason_to_the_author(desk_client, ward):
    version = ward.submitted()
    sign_in(desk_client, ward.commander)
    desk_client.post(url("warning-approve", version.warning_id), {"reason": "Sai số điện thoại"})
    sign_in(desk_client, ward.officer)
    page = desk_client.get(url("warning-edit", version.warning_id)).content.decode()
    assert "Sai số điện thoại" in page


def test_a_correction_is_written_on_the_same_form_and_its_recipients_are_fixed(desk_client, ward):
    version = ward.published()
    sign_in(desk_client, ward.officer)
    page = desk_client.get(url("warning-edit", version.warning_id)).content.decode()
    assert "Đính chính cảnh báo" in page
    assert "Gửi tới đúng 2 nơi đã nhận bản trước" in page
    data = filled(ward, call="Trực ban 0204 000 0999, hoặc 113.", **NOTE)
    del data["places"], data["kinds"]
    desk_client.post(url("warning-edit", version.warning_id), data)
    assert Version.objects.filter(submitted_at__isnull=False, number=2).exists()


def test_the_approver_reads_where_a_machine_posts_and_what_is_new_about_it(desk_client, ward):
    version = ward.submitted()
    sign_in(desk_client, ward.commander)

    def shown():
        page = desk_client.get(url("warning-approve", version.warning_id)).content.decode()
        return page.partition("Tên từng nhóm")[2].partition("</details>")[0]

    assert ward.machine.channel_address in shown()
    assert "ghi địa chỉ này lúc" not in shown()
    for days, is_new in ((6, True), (8, False)):
        changed = times.now() - datetime.timedelta(days=days)
        Group.objects.filter(pk=ward.machine.pk).update(address_changed_at=changed)
        assert ("ghi địa chỉ này lúc" in shown()) == is_new


def test_the_approver_of_a_correction_reads_it_as_it_will_be_sent(desk_client, ward):
    version = ward.published()
    code = version.verify_code.code
    words = {**CALM, **NOTE, "call": "Trực ban 0204 000 0999, hoặc 113."}
    changed = dataclasses.replace(warning_content_of(version), texts={"vi": words})
    actions.revise_warning(
        version.warning_id, content=changed, choice=ward.choice(), by=ward.officer
    )
    actions.submit_warning(version.warning_id, by=ward.officer)
    for officer, name in ((ward.commander, "warning-approve"), (ward.officer, "warning-edit")):
        sign_in(desk_client, officer)
        page = desk_client.get(url(name, version.warning_id)).content.decode()
        assert "ĐÍNH CHÍNH: " in page
        assert f"{code[:3]}-{code[3:]}" in page
    # At the first look, too, the second person sees what is new against what is public.
    sign_in(desk_client, ward.province_duty)
    page = desk_client.get(url("warning-approve", version.warning_id)).content.decode()
    assert "Lần sửa này đổi gì, vì sao" in page
    assert NOTE["note"] in page
    assert "<ins" in page


def test_a_correction_without_a_reason_is_not_handed_in(desk_client, ward):
    version = ward.published()
    sign_in(desk_client, ward.officer)
    data = filled(ward, call="Trực ban 0204 000 0999, hoặc 113.")
    del data["places"], data["kinds"]
    answer = desk_client.post(url("warning-edit", version.warning_id), data)
    assert answer.status_code == 422
    assert "Bạn viết lần sửa này đổi gì, vì sao" in answer.content.decode()
    answer = desk_client.post(
        url("warning-edit", version.warning_id), data | {"note": "Gọi 0912 345 678."}
    )
    assert "không phải số của đơn vị này" in answer.content.decode()
    assert not Version.objects.filter(number=2).exists()


def test_a_recalled_warning_is_not_said_to_hold(desk_client, ward):
    version = ward.published()
    sign_in(desk_client, ward.commander)
    address = url("warning-detail", version.warning_id)
    assert "hiệu lực đến" in desk_client.get(address).content.decode()
    actions.recall_warning(version.warning_id, reason="over", by=ward.commander)
    assert "hiệu lực đến" not in desk_client.get(address).content.decode()


def test_taking_back_needs_a_reason_and_a_code(desk_client, ward):
    version = ward.published()
    second_factor.set_totp_secret(ward.commander)
    sign_in(desk_client, ward.commander)
    address = url("warning-recall", version.warning_id)
    desk_client.post(
        address, {"reason": "", "code": second_factor.current_totp_code(ward.commander)}
    )
    assert not Dispatch.objects.filter(kind="recall").exists()
    answer = desk_client.post(
        address, {"reason": "over", "code": second_factor.current_totp_code(ward.commander)}
    )
    assert answer.url == url("dispatch", Dispatch.objects.get(kind="recall").pk)
    page = desk_client.get(url("warning-detail", version.warning_id)).content.decode()
    assert "đã thu hồi" in page


def test_the_list_asks_the_same_number_of_questions_for_one_and_for_many(
    desk_client, ward, django_assert_max_num_queries
):
    for _ in range(4):
        ward.submitted()
    for _ in range(2):
        ward.published()
    sign_in(desk_client, ward.commander)
    with django_assert_max_num_queries(16):
        page = desk_client.get(url("warnings")).content.decode()
    assert "4 cảnh báo chờ bạn duyệt" in page


def test_writing_asks_few_questions(desk_client, ward, django_assert_max_num_queries):
    sign_in(desk_client, ward.officer)
    with django_assert_max_num_queries(26):
        desk_client.get(url("warning-new"))


@pytest.mark.parametrize("sent", [("seen", "people", "code"), ("reason",)])
def test_who_decides_a_moment_later_than_another_reads_so(desk_client, ward, monkeypatch, sent):
    """Both pages were open; the other one has decided while this one was looked at."""
    version = ward.submitted()
    second_factor.set_totp_secret(ward.commander)
    sign_in(desk_client, ward.commander)
    page = desk_client.get(url("warning-approve", version.warning_id))
    data = {name: hidden(page, name) for name in ("seen", "people")}
    data |= {"code": second_factor.current_totp_code(ward.commander), "reason": "Sai số"}
    looked = releasing._waiting_version

    def other_decides(request, pk):
        found = looked(request, pk)
        # In a request and a transaction of their own: here both are one.
        with as_owner():
            actions.send_back_warning(pk, reason="Xem lại", by=ward.coordinator)
        name_actor(None)
        return found

    monkeypatch.setattr(releasing, "_waiting_version", other_decides)
    data = {name: data[name] for name in sent}
    answer = desk_client.post(url("warning-approve", version.warning_id), data, follow=True)
    assert answer.redirect_chain[-1][0] == url("warning-detail", version.warning_id)
    assert "Người khác vừa quyết định" in answer.content.decode()
    assert not Dispatch.objects.exists()
    assert Version.objects.get().returned_reason == "Xem lại"


@pytest.mark.parametrize("people", [{}, {"people": "3000000000"}], ids=["none", "too many"])
def test_nothing_goes_out_to_a_number_of_people_that_no_page_showed(desk_client, ward, people):
    version = ward.submitted()
    second_factor.set_totp_secret(ward.commander)
    sign_in(desk_client, ward.commander)
    code = second_factor.current_totp_code(ward.commander)
    sent = {"seen": version.digest_now.hex(), "code": code}
    address = url("warning-approve", version.warning_id)
    assert desk_client.post(address, sent | people).status_code == 422
    # The code was not looked at.
    assert desk_client.post(address, sent | {"people": "0"}).status_code == 302
    assert Dispatch.objects.count() == 1


def out(client, query=""):
    answer = client.get(url("warnings") + query)
    return [version.texts["vi"]["title"] for version in answer.context["published"]]


def test_what_is_out_is_found_by_its_words_code_and_state(desk_client, ward):
    first = ward.published(words=CALM | {"title": "Số lạ gọi bảo kích hoạt"})
    second = ward.published(words=CALM | {"title": "Xe máy bị cạy khoá"})
    yesterday = times.local_date(times.now()) - datetime.timedelta(days=1)
    Version.objects.filter(pk=second.pk).update(valid_until=yesterday)
    sign_in(desk_client, ward.officer)
    code = first.verify_code.code
    for query, titles in (
        ("", {"Số lạ gọi bảo kích hoạt", "Xe máy bị cạy khoá"}),
        ("?q=XE+MAY", {"Xe máy bị cạy khoá"}),
        (f"?q={code[:3]}-{code[3:]}", {"Số lạ gọi bảo kích hoạt"}),
        ("?state=current", {"Số lạ gọi bảo kích hoạt"}),
        ("?state=expired", {"Xe máy bị cạy khoá"}),
        ("?state=recalled", set()),
        ("?state=corrected", set()),
        ("?category=theft", set()),
        ("?state=nothing&category=nothing", {"Số lạ gọi bảo kích hoạt", "Xe máy bị cạy khoá"}),
    ):
        assert set(out(desk_client, query)) == titles, query
    actions.recall_warning(first.warning_id, reason="over", by=ward.commander)
    assert out(desk_client, "?state=recalled") == ["Số lạ gọi bảo kích hoạt"]
    assert out(desk_client, "?state=current") == []
    page = desk_client.get(url("warnings") + "?q=khong+co").content.decode()
    assert "Không có dòng nào khớp" in page


def test_everything_that_is_out_is_reached_by_pages(desk_client, ward, monkeypatch):
    monkeypatch.setattr(pagination, "PAGE_SIZE", 2)
    # More than a group gets in a week, so for a reason.
    choice = dataclasses.replace(ward.choice(), over_limit_reason="Kẻ gian đổi cách mỗi ngày.")
    for n in range(5):
        ward.published(words=CALM | {"title": f"Cảnh báo số {n}"}, choice=choice)
    sign_in(desk_client, ward.officer)
    found = [title for page in range(3) for title in out(desk_client, f"?page={page}")]
    assert found == [f"Cảnh báo số {n}" for n in (4, 3, 2, 1, 0)]
    page = desk_client.get(url("warnings") + "?q=so&page=1").content.decode()
    assert "3–4" in page
    assert "q=so&amp;page=2" in page


def test_the_province_chooses_one_desk(desk_client, ward):
    ward.published(words=CALM | {"title": "Của phường"})
    sign_in(desk_client, ward.coordinator)
    assert out(desk_client, f"?unit={ward.unit.pk}") == ["Của phường"]
    assert out(desk_client, f"?unit={ward.province.pk}") == []


def test_why_it_was_given_back_stays_until_it_is_handed_in_again(desk_client, ward):
    version = ward.submitted()
    actions.send_back_warning(version.warning_id, reason="Sai tên phường", by=ward.commander)
    words = {**CALM, "act": "Cúp máy, rồi gọi trực ban."}
    actions.revise_warning(
        version.warning_id, content=ward.content(words), choice=ward.choice(), by=ward.officer
    )
    sign_in(desk_client, ward.officer)
    pages = [url("warning-edit", version.warning_id), url("warning-detail", version.warning_id)]
    for address in pages:
        assert "Sai tên phường" in desk_client.get(address).content.decode()
    actions.submit_warning(version.warning_id, by=ward.officer)
    for address in pages:
        assert "Sai tên phường" not in desk_client.get(address).content.decode()


def test_handed_in_with_a_number_in_doubt_the_page_opens_at_the_numbers(desk_client, ward):
    version = ward.draft(words={**CALM, "signs": "Số gọi: 0987 654 321."})
    sign_in(desk_client, ward.officer)
    answer = desk_client.post(url("warning-submit", version.warning_id))
    assert answer.url == url("warning-edit", version.warning_id) + "#numbers"
    page = desk_client.get(url("warning-edit", version.warning_id)).content.decode()
    assert 'id="numbers" tabindex="-1"' in page


def test_on_the_approvers_page_giving_back_is_one_tap_away(desk_client, ward):
    version = ward.submitted()
    sign_in(desk_client, ward.commander)
    page = desk_client.get(url("warning-approve", version.warning_id)).content.decode()
    panel = page.partition("panel decision-panel")[2].partition("</form>")[0]
    assert 'href="#give-back"' in panel
    assert 'id="give-back"' in page
