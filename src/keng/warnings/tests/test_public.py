"""What residents see of warnings: the page under its code, the list, the feed, the card."""

import base64
import dataclasses
import datetime
import io
import json
import re
import threading
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from keng.audit.models import Entry
from keng.channels.sms.fitting import sms_parts
from keng.files.typeset import LetterMissing, turn_to_typeset, typeset
from keng.kit import share_cards, times
from keng.kit.codes import WORDLESS_ALPHABET, halved_code, wordless_code
from keng.kit.safe_text import link_emergency_numbers
from keng.merkle.notes import LogCheckpointText, SignedNote, decoded_hash
from keng.merkle.tests.outsider import is_included
from keng.merkle.trees import leaf_hash
from keng.network.models import GroupKind
from keng.public_log.growing import commitment
from keng.public_log.models import OpenedLeaf
from keng.public_log.tests.log_world import take_steps
from keng.relay.texts_to_pass_on import texts_to_pass_on
from keng.warnings import actions, card, poster_pdf, queries
from keng.warnings.content import AudienceChoice
from keng.warnings.models import Version
from keng.warnings.poster_pdf import poster_content, stored_poster
from keng.warnings.public import lists, poster
from keng.warnings.tests.test_releasing import correct
from keng.warnings.tests.ward import CALM, NOTE, Ward, looked_at
from tests import make

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def ward():
    return Ward()


def url(name, *args):
    return reverse(name, args=args, urlconf="keng.site.public_urls")


def page(client, version):
    return client.get(url("warning", version.verify_code.code)).content.decode()


def test_the_page_is_whole_signed_and_ready_to_share(public_client, ward):
    version = ward.published()
    shown = page(public_client, version)
    for words in CALM.values():
        assert words.split()[0] in shown
    code = version.verify_code.code
    assert f"{code[:3]}-{code[3:]}" in shown
    assert "Công an phường Nếnh" in shown
    assert 'property="og:image"' in shown
    assert f"/w/{code}/card.png" in shown
    assert 'href="sms:?body=' in shown
    assert "<script" in shown
    assert "Còn hiệu lực" in shown


def test_a_correction_shows_everybody_what_changed_and_why(public_client, ward):
    version = ward.published()
    assert "Đã sửa gì" not in page(public_client, version)
    correct(ward, version)
    new = Version.objects.get(warning=version.warning_id, number=2)
    # Also on the page of what was replaced, which is the one that people have in their chats.
    for one in (new, version):
        shown = page(public_client, one).replace("\u00a0", " ")
        assert "Đã sửa gì" in shown
        assert NOTE["note"] in shown
        assert "<del>0113</del>" in re.sub(r"\s+>", ">", shown)
        assert "<ins>0999</ins>" in re.sub(r"\s+>", ">", shown)
    listed = public_client.get(url("warnings")).content.decode()
    assert NOTE["note"] in listed.replace("\u00a0", " ")
    assert f"Đính chính: {NOTE['note']}" in public_client.get(url("warnings-feed")).content.decode()


def test_english_readers_get_english_where_there_is_some(public_client, ward):
    version = ward.published()
    Version.objects.filter(pk=version.pk).update(
        texts={
            **version.texts,
            "en": {**dict.fromkeys(CALM, "Hang up."), "title": "A false officer"},
        }
    )
    shown = public_client.get(
        url("warning", version.verify_code.code), headers={"accept-language": "en"}
    )
    assert "A false officer" in shown.content.decode()


@pytest.mark.parametrize("typed", ["{a}-{b}", "{a}{b}", " {a} {b} ", "{low}"])
def test_a_code_is_read_however_it_is_typed(public_client, ward, typed):
    code = ward.published().verify_code.code
    written = typed.format(a=code[:3], b=code[3:], low=code.lower())
    answer = public_client.post(url("verify"), {"code": written})
    assert answer.url == url("warning", code)


def test_an_empty_box_is_a_mistake(public_client):
    answer = public_client.post(url("verify"), {"code": " "})
    assert (answer.status_code, "Có 1 chỗ cần sửa" in answer.content.decode()) == (422, True)


@pytest.mark.parametrize("typed", ["7QM-4KD", "7QM", "7QM-4KD-1", "AEU-AEU", "7QM-4K!", "A" * 60])
def test_an_unknown_code_is_answered_with_a_verdict_and_not_as_a_mistake(public_client, typed):
    shown = public_client.post(url("verify"), {"code": typed}).content.decode()
    heading = re.search("<h1>(.*?)</h1>", shown).group(1).replace("\u00a0", " ")
    assert heading == "Không có cảnh báo nào mang mã này. Có thể là giả."
    assert "đừng chuyển tiếp" in shown
    assert "cần sửa" not in shown
    assert ("không bao giờ có chữ A, E hay U" in shown) == (typed != "7QM-4KD")


def test_an_unknown_code_has_no_page(public_client):
    assert public_client.get(url("warning", "7QM4KD")).status_code == 404


def test_codes_have_no_vowel_and_read_confusing_letters_as_digits():
    assert not set("AEIOU") & set(WORDLESS_ALPHABET)
    assert (wordless_code("o1l-4kd", 6), halved_code("7QM4KD")) == ("0114KD", "7QM-4KD")


def test_drafts_and_submitted_texts_are_not_public(public_client, ward):
    ward.submitted()
    assert CALM["title"] not in public_client.get(url("warnings")).content.decode()


def test_the_list_is_a_page_at_a_time(public_client, ward):
    choice = dataclasses.replace(ward.choice(), over_limit_reason="Để lật trang")
    first, *_later = [
        ward.published(choice=choice) for _number in range(lists.WARNINGS_PER_PAGE + 1)
    ]
    shown = public_client.get(url("warnings")).content.decode()
    assert shown.count("<article") == lists.WARNINGS_PER_PAGE
    assert url("warning", first.verify_code.code) not in shown
    older = public_client.get(url("warnings") + re.search(r'rel="next" href="(.*?)"', shown)[1])
    assert url("warning", first.verify_code.code) in older.content.decode()
    assert older.content.decode().count("<article") == 1
    for odd in ("0", "99", "-1", "x", "9" * 30):
        assert public_client.get(url("warnings"), {"page": odd}).status_code == 200


def test_the_list_of_one_place_has_what_concerns_it_and_nothing_else(public_client, ward):
    other = make.place("Phường Vân Hà", parent=ward.province_place)
    unit = make.unit("Công an phường Vân Hà", parent=ward.province, serves=other)
    make.group(unit=unit, place=other)
    elsewhere = AudienceChoice((other.pk,), tuple(GroupKind.values))
    writer, ward.province_duty = make.officer(unit=unit), make.officer(unit=ward.province)
    sent = ward.published(unit=unit, choice=elsewhere, by=writer)
    there = url("warning", sent.verify_code.code)
    here = url("warning", ward.published().verify_code.code)
    both = public_client.get(url("warnings")).content.decode()
    assert (here in both, there in both) == (True, True)
    for typed in ({"q": "phuong nenh"}, {"q": "ninh khanh"}, {"place": ward.place.code}):
        shown = public_client.get(url("warnings"), typed).content.decode()
        assert (here in shown, there in shown) == (True, False), typed
    assert (
        "Không có nơi nào tên"
        in public_client.get(url("warnings"), {"q": "phuong nenhh"}).content.decode()
    )


def test_a_warning_without_english_says_so_to_an_english_reader(public_client, ward):
    version = ward.published()
    public_client.cookies["keng_language"] = "en"
    listed = public_client.get(url("warnings")).content.decode()
    assert "Only in Vietnamese" in listed
    assert '<h3 lang="vi">' in listed
    shown = page(public_client, version)
    assert "This warning is only in Vietnamese." in shown
    assert '<h1 lang="vi">' in shown
    assert shown.count("(ward police)") == 1
    public_client.cookies["keng_language"] = "vi"
    assert "tiếng Việt." not in page(public_client, version)


def test_a_replaced_version_keeps_its_page_and_leads_to_the_right_one(public_client, ward):
    old = ward.published()
    correct(ward, old)
    new = Version.objects.get(number=2)
    shown = page(public_client, old)
    assert "Bản này đã bị thay thế" in shown
    assert url("warning", new.verify_code.code) in shown
    assert "og:image" not in shown
    assert "sms:" not in shown
    assert public_client.get(url("warning-card", old.verify_code.code)).status_code == 404
    assert "Bản này đã bị thay thế" not in page(public_client, new)


def test_a_sheet_to_hang_up_is_whole_and_says_how_to_report_past_the_landlord(public_client, ward):
    version = ward.published()
    code = version.verify_code.code
    assert url("warning-poster", code) in page(public_client, version)
    sheet = public_client.get(url("warning-poster", code)).content.decode()
    frame = sheet[sheet.index('<article class="poster">') : sheet.index("</article>")]
    # Words that belong together are held together.
    frame = frame.replace("\u00a0", " ").replace("&nbsp;", " ")
    for part in ("what", "signs", "act", "call"):
        assert link_emergency_numbers(CALM[part]) in frame
    assert "không qua chủ trọ" in frame
    assert "data:image/svg+xml" in frame
    assert code in frame


def test_what_holds_no_more_has_no_sheet(public_client, ward):
    old = ward.published()
    correct(ward, old)
    assert public_client.get(url("warning-poster", old.verify_code.code)).status_code == 404


def test_a_recalled_warning_says_why_on_each_of_its_pages(public_client, ward):
    version = ward.published()
    actions.recall_warning(version.warning_id, reason="wrong_number", by=ward.commander)
    shown = page(public_client, version)
    assert "Cảnh báo này đã được thu hồi" in shown
    assert "Số điện thoại, số tài khoản" in shown
    listed = public_client.get(url("warnings")).content.decode()
    assert "Đã thu hồi" in listed


def test_an_expired_warning_says_so(public_client, ward):
    version = ward.published()
    yesterday = times.local_date(times.now()) - datetime.timedelta(days=1)
    Version.objects.filter(pk=version.pk).update(valid_until=yesterday)
    assert "Hết hiệu lực" in page(public_client, version)
    assert queries.current_warnings() == []


def entries(answer):
    return ElementTree.fromstring(answer.content).findall(f"{ATOM}entry")


def test_the_feed_is_atom_and_names_each_warning_by_its_address(public_client, ward):
    version = ward.published()
    answer = public_client.get(url("warnings-feed"))
    assert answer["Content-Type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(answer.content)
    for needed in ("id", "title", "updated", "author", "link"):
        assert root.find(f"{ATOM}{needed}") is not None
    [entry] = entries(answer)
    assert entry.find(f"{ATOM}id").text.endswith(f"/w/{version.verify_code.code}")
    assert entry.find(f"{ATOM}title").text == CALM["title"]
    assert entry.find(f"{ATOM}author/{ATOM}name").text == "Công an phường Nếnh"
    assert entry.find(f"{ATOM}updated") is not None


def test_the_feed_is_not_sent_twice_until_something_changes(public_client, ward):
    empty = public_client.get(url("warnings-feed"))
    asked = {"if-none-match": empty["ETag"]}
    assert public_client.get(url("warnings-feed"), headers=asked).status_code == 304
    version = ward.published()
    full = public_client.get(url("warnings-feed"), headers=asked)
    assert (full.status_code, len(entries(full))) == (200, 1)
    actions.recall_warning(version.warning_id, reason="over", by=ward.commander)
    after = public_client.get(url("warnings-feed"), headers={"if-none-match": full["ETag"]})
    assert (after.status_code, entries(after)) == (200, [])


@pytest.mark.usefixtures("cards_are_drawn")
def test_the_card_is_a_png_of_the_size_chat_apps_want(public_client, ward):
    version = ward.published()
    answer = public_client.get(url("warning-card", version.verify_code.code))
    picture = Image.open(io.BytesIO(b"".join(answer.streaming_content)))
    assert (picture.format, picture.size) == ("PNG", (1200, 630))
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_words_on_a_card_cannot_become_drawing_instructions():
    words = '</text><script>x</script>&"'
    drawing = card.card_as_svg(card.ShareCard("7QM4KD", *[words] * 6, "1/1/2027", is_urgent=True))
    ElementTree.fromstring(drawing)
    assert "<script>" not in drawing


SIGNS = "Tài khoản chúng đưa: 1900000017\nSố gọi đến: 0900 000 017"


def drawn(signs):
    made = card.card_as_svg(
        card.ShareCard(
            "7QM4KD",
            "Công an phường Mẫu",
            "Giả công an gọi điện",
            "Chúng gọi, dọa bắt.",
            signs,
            "Cúp máy.",
            "Trực ban: 0204 000 0113",
            "1/1/2027",
            is_urgent=False,
        )
    )
    rows = [t for t in ElementTree.fromstring(made).iter() if t.tag.endswith("text")]
    return [(float(t.get("y")), t.text) for t in rows]


def test_the_card_says_how_to_notice_it_line_by_line_above_its_foot():
    rows = drawn(SIGNS)
    words = [text for _y, text in rows]
    at = {text: y for y, text in rows}
    first, second = SIGNS.splitlines()
    assert {"Nhận ra", first, second} <= set(words)
    assert at[first] < at[second] < at["Trực ban: 0204 000 0113"] < 490


def test_signs_that_leave_no_room_for_what_to_do_stay_off_the_card():
    rows = drawn("Dấu hiệu rất dài của một vụ lừa qua mạng xã hội. " * 40)
    assert "Nhận ra" not in [text for _y, text in rows]
    assert next(y for y, text in rows if text == "Trực ban: 0204 000 0113") < 490


@pytest.mark.parametrize("length", [5, 36, 60, 72])
def test_a_title_of_any_length_stays_inside_the_card(length):
    title = ("Cảnh báo giả danh công an gọi điện đòi chuyển tiền ngay lập tức hôm nay " * 2)[
        :length
    ]
    size, lines = card._title(title.strip())
    assert len(lines) <= 2
    assert all(share_cards.text_width(line, size, bold=True) <= 1088 for line in lines)


def test_current_for_finds_by_topic_and_place_up_and_down(ward):
    version = ward.published()
    elsewhere = make.place(parent=ward.province_place)
    assert queries.current_warnings_for("scam", ward.hamlet) == [version]
    assert queries.current_warnings_for("scam", ward.province_place) == [version]
    assert queries.current_warnings_for("", None) == [version]
    assert queries.current_warnings_for("scam", elsewhere) == []
    assert queries.current_warnings_for("theft", ward.place) == []


def test_the_list_asks_few_questions(public_client, ward, django_assert_max_num_queries):
    for _ in range(3):
        version = ward.submitted()
        actions.approve_warning(version.pk, **looked_at(version), by=ward.commander)
    with django_assert_max_num_queries(8):
        public_client.get(url("warnings"))


def test_the_list_is_searched_by_words_and_by_topic(public_client, ward):
    ward.published()
    Version.objects.update(category="scam_impersonation")
    address = url("warnings")
    for query, is_found in (
        ("q=kich+hoat", True),
        ("q=xe+may", False),
        ("topic=scam", True),
        ("topic=fire", False),
        ("topic=fire&q=kich+hoat", False),
        ("topic=nothing", True),
    ):
        shown = public_client.get(f"{address}?{query}").content.decode().replace("\u00a0", " ")
        assert (f"{CALM['title']}</a>" in shown) == is_found, query


def test_every_page_of_a_search_is_reached(public_client, ward, monkeypatch):
    monkeypatch.setattr(lists, "WARNINGS_PER_PAGE", 1)
    ward.published()
    ward.published()
    shown = public_client.get(url("warnings") + "?topic=scam&q=kich+hoat").content.decode()
    assert "topic=scam&amp;q=kich+hoat&amp;page=2" in shown


def test_a_warning_has_the_proof_that_its_release_stands_in_the_public_log(
    public_client, ward, monkeypatch, tmp_path
):
    """Once its step has come: the file leads from entry and salt to the signed checkpoint."""
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    version = ward.published()
    address = url("warning-proof", version.verify_code.code)
    assert address not in page(public_client, version)
    assert public_client.get(address).status_code == 404
    with monkeypatch.context() as patched:
        take_steps(patched, 9)
    assert address in page(public_client, version)
    answer = public_client.get(address)
    assert answer["Content-Disposition"].endswith('.tlog-proof"')
    assert not answer.cookies
    head, _, note = answer.content.decode().partition("\n\n")
    format_line, extra, index, *proof = head.split("\n")
    assert format_line == "c2sp.org/tlog-proof@v1"
    opened = json.loads(base64.b64decode(extra.removeprefix("extra ")))
    released = Entry.objects.get(action="warning.approved", object_id=str(version.pk))
    assert opened["entry"] == bytes(released.hash).hex()
    said = LogCheckpointText.read(SignedNote.read(note.encode()).text)
    leaf = leaf_hash(commitment(bytes.fromhex(opened["salt"]), bytes(released.hash)))
    number = int(index.removeprefix("index "))
    assert is_included(leaf, number, said.size, list(map(decoded_hash, proof)), said.root)
    assert OpenedLeaf.objects.filter(object_id=str(version.pk)).count() == 1


def test_the_text_fits_what_it_is_passed_on_by():
    """Three parts of a text message, without accents, and its link has the rest."""
    url = "https://keng.example/w/ABCDEF"
    text = "CẢNH BÁO: Gọi điện giả công an. " + "Không bấm đường dẫn lạ. " * 40
    made = texts_to_pass_on(text, url)
    assert made.sms.isascii()
    assert made.sms.endswith(f". {url}")
    assert sms_parts(made.sms) == made.sms_count == 3
    assert made.with_link.startswith(text)
    assert made.with_link.endswith(url)
    assert made.zalo_link == "https://zalo.me/share?url=https%3A%2F%2Fkeng.example%2Fw%2FABCDEF"


def test_the_poster_has_every_part_and_is_made_once(public_client, ward):
    version = ward.published()
    code = version.verify_code.code
    with closing(public_client.get(url("warning-poster-pdf", code))) as answer:
        made = b"".join(answer.streaming_content)
    (sheet,) = PdfReader(io.BytesIO(made)).pages
    shown = " ".join(sheet.extract_text().split())
    for part in CALM.values():
        assert " ".join(part.split()) in shown
    assert "không qua chủ trọ" in shown
    assert halved_code(code) in shown
    assert (round(sheet.mediabox.width), round(sheet.mediabox.height)) == (595, 842)
    (stored,) = (Path(settings.DATA_FOLDER) / "cards").glob(f"{code}.vi.pdf")
    assert stored.read_bytes() == made


def test_a_long_text_takes_smaller_letters_and_still_one_sheet(ward):
    content = poster_content(ward.published(), "vi")
    content["parts"][1]["words"] = "Dấu hiệu dài và rất dài. " * 60
    made = typeset("poster", content, at=times.now())
    assert len(PdfReader(io.BytesIO(made)).pages) == 1


def test_a_letter_that_the_typeface_lacks_is_named(ward):
    version = ward.published()
    version.texts["vi"]["what"] = "Tờ giấy có chữ 警 là giả."
    with pytest.raises(LetterMissing) as refused:
        stored_poster(version, "vi")
    assert "“警”" in refused.value.sentence
    cards = Path(settings.DATA_FOLDER) / "cards"
    assert not list(cards.glob(f"{version.verify_code.code}.vi*"))


def test_whoever_wants_a_poster_without_letters_is_led_to_its_page(
    public_client, ward, monkeypatch
):
    def lacks(*_of):
        raise LetterMissing("警")

    code = ward.published().verify_code.code
    monkeypatch.setattr(poster, "stored_poster", lacks)
    answer = public_client.get(url("warning-poster-pdf", code))
    assert answer.status_code == 409
    assert "Phông chữ của tệp không có “警”" in answer.content.decode()


def test_a_poster_that_others_hold_up_is_said_at_once(public_client, ward, monkeypatch):
    code = ward.published().verify_code.code
    monkeypatch.setattr(poster_pdf, "WAIT_SECONDS", 0.01)
    is_held, may_end = threading.Event(), threading.Event()

    def make_another():
        with turn_to_typeset(1):
            is_held.set()
            may_end.wait(10)

    other = threading.Thread(target=make_another)
    other.start()
    is_held.wait(10)
    try:
        answer = public_client.get(url("warning-poster-pdf", code))
    finally:
        may_end.set()
        other.join()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "Một phút nữa bạn thử lại" in answer.content.decode()


def test_what_holds_no_more_has_no_poster(public_client, ward):
    old = ward.published()
    correct(ward, old)
    address = url("warning-poster-pdf", old.verify_code.code)
    assert public_client.get(address).status_code == 404


def test_what_a_lead_passes_on_leads_to_everything_to_pass_it_on_by(public_client, ward):
    version = ward.published()
    answer = public_client.get(url("warning-of-dispatch", version.dispatch_id))
    assert answer.url == url("warning", version.verify_code.code)
    assert public_client.get(url("warning-of-dispatch", version.pk)).status_code == 404
