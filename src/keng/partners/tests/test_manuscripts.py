"""Lessons and checks of partners: two people of theirs, their own name, nothing of the desk."""

import json

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext

from keng.accounts.models import Partner
from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.claims import actions as claims
from keng.claims.models import Claim, Revision
from keng.conftest import sign_in
from keng.lessons.lesson_form import initial_of_edition
from keng.lessons.models import Collection, Edition
from keng.lessons.tests.world import RIGHT, TEXTS
from keng.partners import queries
from keng.partners.actions import manuscripts
from keng.partners.errors import NotTheirPurpose
from keng.partners.models import Manuscript
from keng.partners.tests.stage import Stage, signed_in
from keng.partners.writing_boxes import writing_forms_for
from keng.releases.errors import HandInIt
from tests import make

pytestmark = pytest.mark.django_db
COLLECTION = {"title": "Bạn trẻ và pháp luật", "about": "Ngắn.", "purpose": "fraud"}
LESSON = initial_of_edition(TEXTS, RIGHT)
CHANGED = "Căn cứ của bài này đã thay đổi."
CHECK = {
    "quote": "Chị Nguyễn Thị Lan nói đổi căn cước mất 300 nghìn",
    "topic": "scam",
    "question": "Đổi căn cước có mất 300 nghìn đồng không?",
    "verdict": "false",
    "answer": "Không. Lệ phí niêm yết tại quầy.",
    "unknown": "Tin bắt đầu từ đâu.",
    "e1-source": "Công an tỉnh",
    "e1-finding": "Bảng lệ phí.",
    "e1-dated": "2026-11-20",
    "e1-excerpt": "Theo bảng.",
}


@pytest.fixture
def stage(tmp_path, monkeypatch, settings):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    settings.DATA_FOLDER = tmp_path
    return Stage()


def lesson(client, member, **changes):
    """Written through the pages, in a new collection, and handed in."""
    signed_in(client, member)
    there = client.post("/partner/lessons/new/", COLLECTION).url
    answer = client.post(there, LESSON | {"do": "submit"} | changes)
    assert answer.status_code == 303, answer.content.decode()
    return Manuscript.objects.latest("id")


def check(client, member, **changes):
    signed_in(client, member)
    answer = client.post("/partner/checks/new/", CHECK | {"do": "submit"} | changes)
    assert answer.status_code == 303, answer.content.decode()
    return Manuscript.objects.latest("id")


def handed_in(member, kind, *, after=None):
    """The same without pages; `after` is the check that it corrects."""
    opens = {"vi": {"title": COLLECTION["title"], "about": "Ngắn."}} if kind == "lesson" else None
    text = manuscripts.begin_manuscript(
        kind=kind, purpose="fraud", opens=opens, after=after, by=member
    )
    words = LESSON if kind == "lesson" else CHECK | {"note": "Thêm nguồn."}
    boxes = writing_forms_for(
        kind, words, {}, partner=member.partner, corrects=text.claim_id is not None
    )
    assert boxes.is_whole
    manuscripts.write_manuscript(
        text.pk,
        typed=boxes.typed,
        title=boxes.title,
        purpose="fraud",
        content=boxes.content,
        by=member,
    )
    return manuscripts.submit_manuscript(text.pk, by=member)


def released(client, member, text):
    signed_in(client, member)
    sent = {"seen": text.digest_now.hex(), "do": "publish"}
    assert client.post(f"/partner/texts/{text.pk}/", sent).status_code == 303
    text.refresh_from_db()
    return text


def page(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode().replace("\u00a0", " ")


def test_a_lesson_is_read_by_everybody_under_the_partners_name(public_client, stage):
    text = lesson(public_client, stage.thu)
    own = f"/partner/texts/{text.pk}/"
    sent = {"seen": text.digest_now.hex(), "do": "publish"}
    assert public_client.post(own, sent).status_code == 403
    assert not Edition.objects.exists()
    assert not Collection.objects.exists()
    text = released(public_client, stage.binh, text)
    read = page(public_client, f"/lessons/{text.lesson.slug}")
    assert stage.partner.name in read
    assert stage.province.name not in read.partition("<main")[2].partition("</main>")[0]
    assert TEXTS["vi"]["title"] in page(public_client, f"/partners/{stage.partner.pk}/")
    assert COLLECTION["title"] in page(public_client, "/lessons")
    edition = Edition.objects.get()
    assert (edition.made_by, edition.released_by) == (None, None)
    acts = Entry.objects.filter(chain=f"partner:{stage.partner.pk}", object_kind="manuscript")
    assert list(acts.order_by("seq").values_list("action", flat=True)) == [
        "manuscript.written",
        "manuscript.submitted",
        "manuscript.published",
    ]


def test_the_next_edition_takes_the_place_of_the_one_before(public_client, stage):
    first = released(public_client, stage.binh, lesson(public_client, stage.thu))
    there = public_client.post(f"/partner/texts/{first.pk}/again/").url
    public_client.post(there, LESSON | {"vi_title": "Bản hai", "do": "submit"})
    second = Manuscript.objects.latest("id")
    address = f"/lessons/{first.lesson.slug}"
    assert "Bản hai" not in page(public_client, address)
    released(public_client, stage.thu, second)
    assert "Bản hai" in page(public_client, address)
    assert page(public_client, f"/partner/texts/{second.pk}/").count('class="now"') == 1
    public_client.post(f"/partner/texts/{second.pk}/withdraw/")
    assert public_client.get(address).status_code == 404
    assert Collection.objects.count() == 1


def test_a_draft_may_have_gaps_and_nothing_typed_is_lost(public_client, stage):
    signed_in(public_client, stage.thu)
    there = public_client.post("/partner/lessons/new/", COLLECTION).url
    assert public_client.post(there, {"vi_title": "Nửa bài", "do": "submit"}).status_code == 422
    assert public_client.post(there, {"vi_title": "Nửa bài", "do": "keep"}).status_code == 303
    text = Manuscript.objects.get()
    assert public_client.get(f"/partner/texts/{text.pk}/").url == there
    assert "Nửa bài" in page(public_client, there)
    assert "Nửa bài" in page(public_client, "/partner/")
    public_client.post(f"/partner/texts/{text.pk}/discard/")
    assert "Nửa bài" not in page(public_client, "/partner/")
    text.refresh_from_db()
    assert (text.title, text.typed, text.content) == ("", {}, {})
    assert public_client.get(there).status_code == 404


def test_a_check_stands_under_the_partners_name_with_all_its_versions(public_client, stage):
    text = check(public_client, stage.thu)
    assert "Nguyễn Thị Lan" not in json.dumps([text.typed, text.content], ensure_ascii=False)
    text = released(public_client, stage.binh, text)
    address = f"/claims/{text.claim.number}"
    read = page(public_client, address)
    assert stage.partner.name in read
    assert '"@type": "Organization"' in read
    assert "GovernmentOrganization" not in read
    assert stage.partner.name in page(public_client, "/claims")
    assert stage.partner.name in page(public_client, "/claims/feed.atom")
    assert public_client.get(address + "/card.png").status_code == 200
    there = public_client.post(f"/partner/texts/{text.pk}/again/").url
    changed = CHECK | {"verdict": "partly", "do": "submit"}
    assert public_client.post(there, changed).status_code == 422
    public_client.post(there, changed | {"note": "Thêm nguồn thứ hai."})
    second = released(public_client, stage.thu, Manuscript.objects.latest("id"))
    assert second.claim == text.claim
    assert "Thêm nguồn thứ hai." in page(public_client, address)
    back = f"/partner/texts/{second.pk}/withdraw/"
    assert public_client.post(back).status_code == 422
    # One person takes it back, so the words are not theirs.
    own_words = {"reason": "Nộp 200.000đ vào số 0912 345 678"}
    assert public_client.post(back, own_words).status_code == 422
    public_client.post(back, {"reason": "changed"})
    assert CHANGED in page(public_client, address)
    assert stage.partner.name not in page(public_client, "/claims")


def test_a_correction_whose_check_is_taken_back_becomes_another_check(public_client, stage):
    first = released(public_client, stage.binh, check(public_client, stage.thu))
    signed_in(public_client, stage.thu)
    there = public_client.post(f"/partner/texts/{first.pk}/again/").url
    public_client.post(there, CHECK | {"verdict": "partly", "note": "Thêm nguồn.", "do": "submit"})
    correction = Manuscript.objects.latest("id")
    public_client.post(f"/partner/texts/{first.pk}/withdraw/", {"reason": "changed"})
    signed_in(public_client, stage.binh)
    sent = {"seen": correction.digest_now.hex(), "do": "publish"}
    assert public_client.post(f"/partner/texts/{correction.pk}/", sent).url == there
    assert CHANGED in page(public_client, there)
    assert 'name="note"' not in page(public_client, there)
    correction.refresh_from_db()
    assert correction.returned_reason == "changed"
    for act, text in (("withdrawn", first), ("given_back", correction)):
        entry = Entry.objects.get(action=f"manuscript.{act}", object_id=str(text.pk))
        assert entry.detail["why"] == "changed"
    signed_in(public_client, stage.thu)
    public_client.post(there, CHECK | {"do": "submit"})
    correction.refresh_from_db()
    assert correction.claim is None
    second = released(public_client, stage.binh, correction)
    assert second.claim.number == first.claim.number + 1
    assert CHANGED in page(public_client, f"/claims/{first.claim.number}")


def test_a_check_is_held_before_the_texts_that_become_or_correct_it(stage):
    first = handed_in(stage.thu, "check")
    first = manuscripts.publish_manuscript(first.pk, seen=first.digest_now, by=stage.binh)
    second = handed_in(stage.thu, "check", after=first)
    with CaptureQueriesContext(connection) as published:
        manuscripts.publish_manuscript(second.pk, seen=second.digest_now, by=stage.binh)
    with CaptureQueriesContext(connection) as taken_back:
        manuscripts.withdraw_manuscript(second.pk, by=stage.thu, reason="changed")
    for asked in (published, taken_back):
        locks = [each["sql"] for each in asked if "FOR NO KEY UPDATE" in each["sql"]]
        held = [sql.partition(' FROM "')[2].partition('"')[0] for sql in locks]
        assert held[:2] == ["claims_claim", "partners_manuscript"]


def test_what_was_taken_back_is_written_anew_as_another_check(public_client, stage):
    first = released(public_client, stage.binh, check(public_client, stage.thu))
    public_client.post(f"/partner/texts/{first.pk}/withdraw/", {"reason": "changed"})
    again = f"/partner/texts/{first.pk}/again/"
    assert again in page(public_client, f"/partner/texts/{first.pk}/")
    there = public_client.post(again).url
    assert CHECK["question"] in page(public_client, there)
    public_client.post(there, CHECK | {"do": "submit"})
    second = released(public_client, stage.thu, Manuscript.objects.latest("id"))
    assert second.claim != first.claim
    first.claim.refresh_from_db()
    assert (first.claim.state, second.claim.state) == ("withdrawn", "published")


def test_a_topic_for_which_the_partner_was_not_invited_is_not_offered(public_client, stage):
    signed_in(public_client, stage.thu)
    assert 'value="traffic"' not in page(public_client, "/partner/checks/new/")
    sent = CHECK | {"topic": "traffic", "do": "submit"}
    assert public_client.post("/partner/checks/new/", sent).status_code == 422
    with pytest.raises(NotTheirPurpose):
        manuscripts.begin_manuscript(kind="check", purpose="road", by=stage.thu)


def test_a_partner_opens_nothing_of_another_partner(public_client, stage):
    mine = released(public_client, stage.binh, lesson(public_client, stage.thu))
    draft = check(public_client, stage.thu)
    other = stage.invited(name="Báo Thử", username="bao").member
    signed_in(public_client, other)
    for text in (mine, draft):
        for part in ("", "edit/", "withdraw/"):
            assert public_client.get(f"/partner/texts/{text.pk}/{part}").status_code == 404, part
        for part in ("again/", "discard/", "withdraw/", "edit/", ""):
            sent = {"seen": "00" * 32, "do": "publish"}
            answer = public_client.post(f"/partner/texts/{text.pk}/{part}", sent)
            assert answer.status_code == 404, part
    assert public_client.get(f"/partner/lessons/in/{mine.collection_id}/new/").status_code == 404
    home = page(public_client, "/partner/")
    assert mine.title not in home
    assert draft.title not in home
    with pytest.raises(NotAllowed):
        manuscripts.begin_manuscript(
            kind="lesson", purpose="fraud", collection=mine.collection, by=other
        )
    with pytest.raises(NotAllowed):
        manuscripts.publish_manuscript(draft.pk, seen=draft.digest_now, by=other)


def test_nothing_of_the_desk_is_in_sight_of_a_partner(public_client, stage):
    officer = make.officer(unit=stage.province, role="coordinator", name="Đại úy Kín Tiếng")
    asked = claims.ask_claim("Tin riêng gửi cho công an về bình chữa cháy")
    tip = make.tip(unit=stage.unit, text="Nội dung tin báo kín")
    text = check(public_client, stage.thu)
    for address in (
        "/partner/",
        "/partner/lessons/new/",
        "/partner/checks/new/",
        f"/partner/texts/{text.pk}/",
        f"/partner/texts/{text.pk}/edit/",
        "/partner/kit/",
    ):
        read = page(public_client, address)
        for hidden in (officer.name, "bình chữa cháy", asked, str(tip.pk), "Nội dung tin báo kín"):
            assert hidden not in read, address
    for desk_address in ("/inbox/", "/tips/", "/desk/", f"/tips/{tip.pk}/"):
        assert public_client.get(desk_address).status_code == 404


def test_no_officer_opens_edits_or_ends_what_a_partner_checked(public_client, stage):
    text = released(public_client, stage.binh, check(public_client, stage.thu))
    officer = stage.coordinator
    assert not Claim.objects.visible_to(officer).filter(pk=text.claim_id).exists()
    assert not Revision.objects.visible_to(officer).exists()
    with pytest.raises(NotAllowed):
        claims.withdraw_claim(text.claim_id, reason="changed", by=officer)
    claims.ask_claim("Đổi căn cước mất 300 nghìn phải không?")
    asked = Claim.objects.get(partner=None)
    claims.answer_claim_with(asked.pk, check=text.claim_id, by=officer)
    asked.refresh_from_db()
    assert asked.same_as_id == text.claim_id


def test_for_a_partner_of_one_the_coordinator_reads_and_publishes(desk_client, stage, monkeypatch):
    monkeypatch.setattr("keng.accounts.presence.confirm_presence", lambda _officer, code: code)
    alone = stage.alone()
    text, of_two = handed_in(alone, "lesson"), handed_in(stage.thu, "check")
    rumour = handed_in(alone, "check")
    assert {each.id for each in queries.waiting_texts(stage.coordinator)} == {text.pk, rumour.pk}
    sign_in(desk_client, stage.coordinator)
    assert desk_client.get(f"/partners/articles/{of_two.pk}/").status_code == 404
    assert "Anh tên gì?" in desk_client.get(f"/partners/articles/{text.pk}/").content.decode()
    for each in (text, rumour):
        sent = {"seen": each.digest_now.hex(), "publish": "1", "code": "1"}
        desk_client.post(f"/partners/articles/{each.pk}/", sent)
        each.refresh_from_db()
        assert each.released_by_officer == stage.coordinator
    assert Edition.objects.released().get().lesson.collection.owner == "Cụ Mẫn"
    assert Claim.objects.public().get().owner == "Cụ Mẫn"


def test_whoever_wrote_it_last_does_not_publish_it(public_client, stage):
    text = lesson(public_client, stage.thu)
    with pytest.raises(HandInIt):
        manuscripts.publish_manuscript(text.pk, seen=text.digest_now, by=stage.thu)
    signed_in(public_client, stage.binh)
    other = LESSON | {"vi_title": "Tiêu đề khác", "do": "submit"}
    public_client.post(f"/partner/texts/{text.pk}/edit/", other)
    with pytest.raises(HandInIt):
        manuscripts.publish_manuscript(text.pk, seen=text.digest_now, by=stage.binh)
    text.refresh_from_db()
    with pytest.raises(HandInIt):
        manuscripts.publish_manuscript(text.pk, seen=text.digest_now, by=stage.binh)
    with pytest.raises(IntegrityError, match="manuscript_is_released_by"):
        Manuscript.objects.filter(pk=text.pk).update(
            released_at=text.submitted_at, released_by=stage.binh
        )


def test_a_closed_partner_leaves_the_public_pages(public_client, stage):
    text = released(public_client, stage.binh, lesson(public_client, stage.thu))
    rumour = released(public_client, stage.binh, check(public_client, stage.thu))
    Partner.objects.filter(pk=stage.partner.pk).update(is_active=False)
    for address in (f"/lessons/{text.lesson.slug}", f"/claims/{rumour.claim.number}"):
        assert public_client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("process", "statement"),
    [
        ("desk", "SELECT title FROM partners_manuscript"),
        ("desk", "SELECT typed FROM partners_manuscript"),
        ("desk", "SELECT content FROM partners_manuscript"),
        ("desk", "UPDATE partners_manuscript SET content = '{}'"),
        ("worker", "SELECT id FROM partners_manuscript"),
        ("edge", "SELECT id FROM partners_manuscript"),
        ("public", "DELETE FROM partners_manuscript"),
        ("public", "UPDATE lessons_edition SET texts = '{}'"),
        ("public", "UPDATE claims_revision SET quote = ''"),
    ],
)
def test_no_process_opens_what_is_not_its_own(become, process, statement):
    become(process)
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_each_process_does_its_part(public_client, stage, become):
    become("public")
    text = released(public_client, stage.binh, lesson(public_client, stage.thu))
    rumour = released(public_client, stage.binh, check(public_client, stage.thu))
    manuscripts.withdraw_manuscript(text.pk, by=stage.thu)
    manuscripts.withdraw_manuscript(rumour.pk, by=stage.thu, reason="wrong_source")
    become("desk")
    alone = stage.alone()
    become("public")
    waiting = lesson(public_client, alone)
    become("desk")
    manuscripts.releasing.publish_for_partner(
        waiting.pk, seen=waiting.digest_now, by=stage.coordinator
    )


def test_the_public_site_puts_no_word_into_an_officers_mouth(stage, become):
    made = Claim.objects.create(unit=stage.province)
    become("public")
    values = f"('{made.pk}', 'x', '{stage.province.pk}', 'fraud', '{{}}', '{stage.coordinator.pk}')"
    opened = "lessons_collection (id, slug, unit_id, purpose, texts, made_by_id)"
    for statement in (
        "UPDATE claims_claim SET state = 'working'",
        f"INSERT INTO {opened} VALUES {values}",
    ):
        with (
            pytest.raises(ProgrammingError, match=r"writes (checks|lessons) of partners only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
