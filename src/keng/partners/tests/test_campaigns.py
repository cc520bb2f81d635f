"""Campaigns of partners: made by two people, taken part in by anybody, counted by commune."""

import datetime
import re

import pytest
from django.http import QueryDict
from django.urls import reverse

from keng.acts.errors import NotAllowed, TooLate
from keng.conftest import sign_in
from keng.kit import times
from keng.kit.rate_limits import network_of_address
from keng.lessons.tests.test_pledges import campaign as school_pledge
from keng.lessons.tests.world import TEXTS, Desk
from keng.partners.actions import inviting, manuscripts
from keng.partners.actions.campaign_acts import note_campaign_share, take_part_in_campaign
from keng.partners.campaign_content import PARTS, CampaignContent
from keng.partners.campaign_coverage import coverage_of, shown_counts
from keng.partners.campaign_parts import offered_parts, read_campaign, running_campaigns
from keng.partners.models import CampaignDay, Manuscript
from keng.partners.public.campaign_pages import take_part_limit
from keng.partners.queries import waiting_texts
from keng.partners.tests.stage import signed_in
from keng.partners.tests.survey_stage import SurveyStage
from keng.partners.tests.test_manuscripts import handed_in
from keng.partners.writing_boxes import writing_forms_for
from keng.surveys.queries import MOST_OF_ONE_PARTNER
from keng.warnings.actions import recall_warning
from keng.warnings.models import Version
from keng.warnings.tests.ward import CALM, Ward
from tests import make

pytestmark = pytest.mark.django_db
TITLE = "Tháng không bấm liên kết lạ"


@pytest.fixture
def stage(tmp_path, monkeypatch, settings):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    settings.DATA_FOLDER = tmp_path
    made = SurveyStage()
    made.other_place = make.place("Xã Đồng Việt", parent=made.province_place)
    made.tinh = made.invited(name="Tỉnh đoàn", username="an", place=made.province_place).member
    made.bao = inviting.add_member(
        made.tinh.partner_id, name="Bảo", username="bao", by=made.administrator
    ).member
    inviting.agree_to_member(made.bao.pk, by=made.tinh)
    lesson = handed_in(made.thu, "lesson")
    made.lesson = manuscripts.publish_manuscript(
        lesson.pk, seen=lesson.digest_now, by=made.binh
    ).lesson
    return made


def day(later):
    return (times.local_date(times.now()) + datetime.timedelta(days=later)).isoformat()


def boxes(stage, **changes):
    """What somebody types: both communes, a lesson and a pledge, this week."""
    return {
        "purpose": "fraud",
        "category": "scam_bank",
        "title": TITLE,
        "about": "Hỏi người nhà trước khi bấm.",
        "pledge": "Tôi không bấm liên kết lạ.\nTôi gọi lại số cũ.",
        "starts_on": day(-1),
        "ends_on": day(6),
        "places": [stage.place.code, stage.other_place.code],
        "lessons": [stage.lesson.slug],
    } | changes


def sent(values):
    found = QueryDict(mutable=True)
    for name, value in values.items():
        found.setlist(name, value if isinstance(value, list) else [value])
    return found


def written(stage, member=None, **changes):
    """Written whole and handed in, without pages."""
    member = member or stage.tinh
    found = writing_forms_for("campaign", sent(boxes(stage, **changes)), {}, partner=member.partner)
    assert found.is_whole, [form.errors for form in found.forms]
    return manuscripts.save_manuscript(
        Manuscript(kind="campaign", purpose="fraud"),
        typed=found.typed,
        title=found.title,
        purpose=found.purpose,
        content=found.content,
        submits=True,
        by=member,
    )


def published(stage, **changes):
    """In the commune of a partner of two people."""
    text = written(stage, stage.thu, places=[stage.place.code], **changes)
    return manuscripts.publish_manuscript(text.pk, seen=text.digest_now, by=stage.binh)


def of_province(stage):
    """In both communes, published."""
    text = written(stage)
    return manuscripts.publish_manuscript(text.pk, seen=text.digest_now, by=stage.bao)


def test_a_campaign_is_written_in_boxes_and_published_by_a_second_person(public_client, stage):
    signed_in(public_client, stage.thu)
    gap = boxes(stage, places=[], do="submit")
    assert public_client.post("/partner/campaigns/new/", gap).status_code == 422
    whole = boxes(stage, places=[stage.place.code], do="submit")
    there = public_client.post("/partner/campaigns/new/", whole)
    assert there.status_code == 303, there.content.decode()
    text = Manuscript.objects.get(kind="campaign")
    edit = public_client.get(reverse("manuscript-edit", args=[text.pk])).content.decode()
    assert f'value="{stage.place.code}" id="id_places_0" checked' in edit.replace("\n", " ")
    assert public_client.get(reverse("campaign", args=[text.pk])).status_code == 404
    own = reverse("manuscript", args=[text.pk])
    decision = {"seen": text.digest_now.hex(), "do": "publish"}
    assert public_client.post(own, decision).status_code == 403
    signed_in(public_client, stage.binh)
    assert public_client.post(own, decision).status_code == 303
    public_client.cookies.clear()
    page = public_client.get(reverse("campaign", args=[text.pk])).content.decode()
    for words in (TITLE, stage.partner.name, stage.place.full_name, TEXTS["vi"]["title"]):
        assert words in page.replace("\u00a0", " "), words
    assert TITLE in public_client.get("/partners/").content.decode().replace("\u00a0", " ")


@pytest.mark.parametrize(
    "changes",
    [
        {"ends_on": day(-3)},
        {"ends_on": day(400)},
        {"category": "opinions"},
        {"purpose": "children"},
        {"places": ["khong-co"]},
        {"pledge": "", "lessons": []},
    ],
    ids=["backwards", "years", "no-category", "not-theirs", "elsewhere", "nothing-in-it"],
)
def test_what_is_not_whole_is_not_handed_in(stage, changes):
    found = writing_forms_for(
        "campaign", sent(boxes(stage) | changes), {}, partner=stage.tinh.partner
    )
    assert not found.is_whole


def test_a_partner_of_a_commune_has_no_other_in_its_boxes(stage):
    found = writing_forms_for("campaign", sent(boxes(stage)), {}, partner=stage.partner)
    assert not found.is_whole
    assert set(found.forms[0].errors) == {"places"}


def days_pass(monkeypatch, days):
    """The clock goes on."""
    moment = times.now() + datetime.timedelta(days=days)
    monkeypatch.setattr(times, "now", lambda: moment)


def coverage_page(client, text):
    return client.get(reverse("campaign-coverage", args=[text.pk])).content.decode()


def test_a_resident_takes_part_and_the_partner_sees_it_once_it_is_over(
    public_client, stage, monkeypatch
):
    text = of_province(stage)
    address = reverse("campaign", args=[text.pk])
    given = {"place": stage.place.pk, "pledges": "on", "lessons": [stage.lesson.slug]}
    for _ in range(7):
        assert public_client.post(address, given).status_code == 303
    assert public_client.post(address, {"place": stage.place.pk}).status_code == 422
    assert public_client.post(address, given | {"place": make.some_id()}).status_code == 422
    note_campaign_share(text.pk, stage.place.pk, groups=3, by=stage.tinh)
    note_campaign_share(text.pk, stage.place.pk, groups=4, by=stage.tinh)
    signed_in(public_client, stage.tinh)
    page = coverage_page(public_client, text)
    assert page.count(stage.other_place.full_name) >= 2, "it stands where nothing was passed on"
    days_pass(monkeypatch, 7)
    coverage = coverage_of(text, read_campaign(text.content))
    rows = {row.name: row for row in coverage.communes}
    here = rows[stage.place.full_name]
    assert (here.pledged, here.finished, here.groups) == (5, 5, 4)
    assert coverage.not_passed_on == [stage.other_place.full_name]
    signed_in(public_client, stage.thu)
    assert public_client.get(reverse("campaign-coverage", args=[text.pk])).status_code == 404


def test_counts_of_residents_are_no_number_while_it_runs_and_the_same_for_all_after(
    public_client, stage, monkeypatch
):
    """Otherwise one more reading, or four taps of one's own, would tell a small one."""
    text = of_province(stage)
    for place, times_ in ((stage.place, 4), (stage.other_place, 7)):
        for _ in range(times_):
            take_part_in_campaign(text.pk, place.pk, pledged=True, finished=0)
    running = coverage_of(text, read_campaign(text.content))
    assert (running.pledged, running.finished, running.pledged_communes) == (None, None, [])
    days_pass(monkeypatch, 7)
    public = public_client.get(reverse("campaign", args=[text.pk])).content.decode()
    signed_in(public_client, stage.tinh)
    for page in (public, coverage_page(public_client, text)):
        assert "ít nhất 5" in page
        assert not re.search(r">\s*(?:ít nhất )?(?:4|7|11)\s*<", page)


@pytest.mark.parametrize(
    ("counts", "shown", "others", "together"),
    [
        ((11, 4, 0), [10], 2, None),
        ((11, 0, 0), [10], 2, None),
        ((4, 4), [], 2, None),
        ((4, 4, 4), [], 3, None),
        ((4, 3, 0), [], 3, 5),
        ((5, 3, 3, 0), [5], 3, 5),
    ],
)
def test_none_is_not_told_from_a_few(counts, shown, others, together):
    told = shown_counts({make.some_id(): count for count in counts})
    assert list(told.at_least.values()) == shown
    assert (told.others, told.others_at_least) == (others, together)


def test_much_from_one_network_solves_a_small_sum(public_client, stage):
    address = reverse("campaign", args=[published(stage).pk])
    assert "data-puzzle" not in public_client.get(address).content.decode()
    take_part_limit.count_network(network_of_address("127.0.0.1"), 30)
    assert "data-puzzle" in public_client.get(address).content.decode()


def test_it_counts_in_its_own_communes_and_days_and_for_its_own_partner_alone(stage):
    text = published(stage)
    with pytest.raises(NotAllowed):
        take_part_in_campaign(text.pk, stage.other_place.pk, pledged=True, finished=0)
    with pytest.raises(NotAllowed):
        note_campaign_share(text.pk, stage.place.pk, groups=1, by=stage.tinh)
    later = published(stage, starts_on=day(2))
    with pytest.raises(TooLate):
        take_part_in_campaign(later.pk, stage.place.pk, pledged=True, finished=0)
    assert running_campaigns(stage.place) == [text]
    assert running_campaigns(stage.other_place) == []
    assert not CampaignDay.objects.exists()


def test_an_ended_campaign_is_gone_and_its_counts_stay(public_client, stage):
    text = published(stage)
    take_part_in_campaign(text.pk, stage.place.pk, pledged=True, finished=0)
    signed_in(public_client, stage.thu)
    assert public_client.post(reverse("manuscript-withdraw", args=[text.pk])).status_code == 303
    with pytest.raises(NotAllowed):
        take_part_in_campaign(text.pk, stage.place.pk, pledged=True, finished=0)
    assert public_client.get(reverse("campaign", args=[text.pk])).status_code == 404
    assert public_client.get(reverse("campaign-coverage", args=[text.pk])).status_code == 200
    again = public_client.post(reverse("manuscript-again", args=[text.pk]))
    assert TITLE in public_client.get(again.url).content.decode()
    assert CampaignDay.objects.get().pledged == 1


def test_two_campaigns_of_a_partner_stand_both_in_its_list(public_client, stage):
    first, second = published(stage), published(stage, title="Tuần thứ hai")
    signed_in(public_client, stage.thu)
    home = public_client.get(reverse("partner-home")).content.decode()
    assert all(str(text.pk) in home for text in (first, second))


def test_a_partner_of_one_has_the_province_as_second_person(desk_client, stage):
    text = written(stage, stage.alone(), places=[stage.place.code])
    assert [one.pk for one in waiting_texts(stage.coordinator)] == [text.pk]
    sign_in(desk_client, stage.coordinator)
    page = desk_client.get(reverse("desk-article", "keng.site.desk_urls", args=[text.pk]))
    assert "Tôi gọi lại số cũ." in page.content.decode()


def test_the_province_reads_what_belongs_to_it_with_its_own_rights(desk_client, become, stage):
    """By kind and title, also what readers do not see now; of another's survey the address."""
    ward = Ward()
    recalled = ward.published()
    recall_warning(recalled.warning_id, reason="wrong_facts", by=ward.province_duty)
    survey = stage.opened()
    text = written(stage, stage.alone(), places=[stage.place.code])
    added = {"warnings": [str(recalled.warning_id)], "surveys": [survey.code]}
    Manuscript.objects.filter(pk=text.pk).update(content=text.content | added)
    sign_in(desk_client, stage.coordinator)
    become("desk")
    page = desk_client.get(reverse("desk-article", "keng.site.desk_urls", args=[text.pk]))
    main = page.content.decode().replace("\u00a0", " ")
    for words in (TEXTS["vi"]["title"], CALM["title"], f"/s/{survey.code}"):
        assert words in main, words
    assert main.count("lúc này người đọc không thấy") == 1


def test_the_public_site_has_the_rights_for_all_of_it(public_client, stage, become):
    become("public")
    text = of_province(stage)
    take_part_in_campaign(text.pk, stage.place.pk, pledged=True, finished=1)
    note_campaign_share(text.pk, stage.place.pk, groups=2, by=stage.tinh)
    assert public_client.get(reverse("campaign", args=[text.pk])).status_code == 200
    manuscripts.withdraw_manuscript(text.pk, by=stage.tinh)


def content_with(**parts):
    """What a campaign of today keeps, with only these things in it."""
    today = times.local_date(times.now())
    chosen = {part: tuple(map(str, parts.get(part, ()))) for part in PARTS}
    return CampaignContent(TITLE, "", (), "scam_bank", today, today, (), chosen).as_json()


def test_a_warning_that_holds_no_more_is_no_part_of_it():
    """Taken back, or past its last day."""
    ward = Ward()
    held, recalled, expired = (ward.published() for _ in range(3))
    content = content_with(warnings=[one.warning_id for one in (held, recalled, expired)])
    assert len(read_campaign(content).warnings) == 3
    recall_warning(recalled.warning_id, reason="wrong_facts", by=ward.province_duty)
    past = times.local_date(times.now()) - datetime.timedelta(days=1)
    Version.objects.filter(pk=expired.pk).update(valid_until=past)
    assert read_campaign(content).warnings == [held]


def test_a_partner_puts_its_own_surveys_into_it_and_nobody_elses():
    stage = SurveyStage()
    own = [stage.opened().code for _ in range(MOST_OF_ONE_PARTNER)]
    assert {code for code, _title in offered_parts(stage.partner)["surveys"]} == set(own)
    everywhere = stage.invited(name="Tỉnh đoàn", username="an", place=None).member.partner
    assert offered_parts(everywhere)["surveys"] == []
    first = own[0]
    assert [one.code for one in read_campaign(content_with(surveys=[first])).surveys] == [first]


def test_no_partner_fills_the_list_of_campaigns(stage):
    other = of_province(stage)
    newer = [published(stage) for _ in range(6)]
    assert running_campaigns() == [newer[5], newer[4], other]
    assert running_campaigns(stage.other_place) == [other]


def test_the_page_of_a_place_has_the_partners_own_surveys_and_the_pledges_of_its_campaigns(
    public_client, stage
):
    pledge = school_pledge(Desk("khác"))
    open_one, out = stage.opened(), stage.published()
    other_member = stage.invited(name="Báo Thử", username="bao-thu").member
    for member in (stage.thu, other_member):
        signed_in(public_client, member)
    published(stage, pledges=[pledge.slug])
    pages = {
        partner.pk: public_client.get(reverse("partner-at", args=[partner.pk, stage.place.code]))
        for partner in (stage.partner, other_member.partner)
    }
    assert [page.status_code for page in pages.values()] == [200, 200]
    own, other = (page.content.decode() for page in pages.values())
    for address in (f"/s/{open_one.code}", f"/s/{out.code}", f"/pledges/{pledge.slug}"):
        assert address in own
        assert address not in other
