"""Pages in further languages: wholly in them, or wholly in English with a word about it."""

import re

import pytest
from django.utils import translation
from django.utils.translation import trans_real

from keng.community.tests.conftest import _fresh, stage  # noqa: F401 -- fixtures
from keng.community.tests.resident import Resident, code_on, only_tip
from keng.data_requests.models import DataRequest
from keng.decisions import closing, triage
from keng.kit import times
from keng.lessons.actions import first_hour_acts
from keng.lessons.first_hour import default_first_hour_texts
from keng.lessons.tests.test_first_hour import BANK
from keng.lessons.tests.world import Desk
from keng.network import secret_links
from keng.runtime.locale import LOCALE, compile_catalogues, entries_by_sentence
from keng.warnings.tests.ward import CALM, Ward
from tests import make

pytestmark = pytest.mark.django_db

FINISHED = "We have finished with your report and closed it. Thank you for telling us."
OF = {
    "ko": {
        "home": "신고하기",
        "awaits": "원어민의 검토를 기다리는 첫 번역입니다",
        "got": "신고를 받았습니다",
        "untranslated": "영어로 표시됩니다",
        "words": "은행 직원이라며 송금하라고 했습니다. 2026년",
        "outside": "담당 지역 밖에서",
        "official": "공식 문안은 베트남어입니다",
        "first_hour": "지금 바로 거래 은행에 전화하세요",
        "folder": "ko",
    },
    "zh-hans": {
        "home": "查询陌生号码",
        "awaits": "尚待母语者审阅",
        "got": "我们已收到您的举报",
        "untranslated": "显示英文",
        "words": "有人冒充银行职员，让我转账。",
        "outside": "服务区域之外",
        "official": "正式文本是越南语",
        "first_hour": "马上打电话给您的银行",
        "folder": "zh_Hans",
    },
}


@pytest.fixture(scope="module", autouse=True)
def catalogues():
    """As the sentences are now."""
    compile_catalogues()


@pytest.fixture(params=OF)
def language(request):
    return request.param


@pytest.fixture
def reader(public_client, language):
    """A browser in that language which never chose one."""
    public_client.defaults["HTTP_ACCEPT_LANGUAGE"] = f"{language},en;q=0.5"
    return Resident(public_client)


@pytest.fixture
def unsaid(monkeypatch, language):
    """Every sentence that was asked for and that the language does not have."""
    translated = entries_by_sentence(LOCALE / OF[language]["folder"] / "LC_MESSAGES")
    catalogue, found = trans_real.translation(language), []
    known = {(context, sentence) for context, sentence in translated}

    def watch(name, key_of):
        plain = getattr(catalogue, name)

        def watched(*asked):
            answer, key = plain(*asked), key_of(*asked)
            if key not in known and answer == key[1] and key[1].strip():
                found.append(key)
            return answer

        monkeypatch.setattr(catalogue, name, watched)

    watch("gettext", lambda sentence: (None, sentence))
    watch("ngettext", lambda one, _more, _count: (None, one))
    return found


def far_place():
    province = make.place("Tỉnh Xa", kind="province", code="80", province_code="80")
    return make.place("Xã Xa", parent=province, kind="commune", province_code="80")


def pages_on_data(client):
    """What is kept, and what is asked of it: with each mistake, and with a decision on it."""
    kept = client.get("/status/data/")
    wrong = [client.post("/status/data/", sent) for sent in ({}, {"kind": "correct"})]
    assert client.post("/status/data/", {"kind": "delete"}).status_code == 303
    asked = [client.get("/status/data/"), client.post("/status/data/", {"kind": "delete"})]
    decided = {"decided_by": make.officer(), "decided_at": times.now(), "settled_at": times.now()}
    DataRequest.objects.update(outcome="refused", ground="deletion", answer="…", **decided)
    asked.append(client.get("/status/data/"))
    form = {"kind": "see", "token": "t" * 22, "words": "", "about_number": ""}
    public = [client.post("/your-data/", form | more) for more in ({"kind": ""}, {})]
    assert [page.status_code for page in (*wrong, *public)] == [422, 422, 422, 200]
    return [kept, *wrong, *asked, client.get("/your-data/"), *public, client.get("/privacy/")]


def test_every_page_of_a_report_is_wholly_in_the_language(stage, reader, language, unsaid):  # noqa: F811
    said = OF[language]
    place = far_place()
    pages = [reader.client.get("/"), reader.look("who-gets"), reader.post("who-gets")]
    reader.post("who-gets", desk="commune")
    pages += [reader.post("what"), reader.look("what")]
    reader.post("what", topic="scam")
    pages += [reader.post("where"), reader.post("where", q="xa xa", find="1")]
    reader.post("where", q="", searched="", choice=str(place.pk), spot="")
    pages += [reader.post("describe"), reader.look("describe")]
    reader.post("describe", text=said["words"], happening="over", money_moved="on")
    pages += [reader.post("name", wish="sealed"), reader.look("name")]
    reader.post("name", wish="anonymous")
    pages.append(reader.look("check"))
    pages.append(reader.send())
    assert said["got"] in pages[-1].content.decode()
    assert said["outside"] in pages[-1].content.decode()
    code = code_on(pages[-1])
    pages += [reader.client.get("/receipt/print/")]
    pages += [reader.client.get("/status/"), reader.client.post("/status/", {"code": "0000"})]
    pages.append(reader.client.post("/status/", {"code": "0000-0000-0000-0000"}))
    reader.client.post("/status/", {"code": code})
    pages.append(reader.client.get("/status/tip/"))
    pages += pages_on_data(reader.client)
    pages.append(reader.client.post("/status/tip/", {"wish": "withdraw"}))
    pages.append(reader.client.get("/lookup/"))
    pages.append(reader.client.post("/lookup/", {"q": "0912 345 678"}))
    pages.append(reader.client.post("/lookup/", {"q": ""}))
    pages.append(reader.client.get("/nothing-here"))
    for page in (each.content.decode() for each in pages):
        assert f'<html lang="{language}">' in page
        assert said["awaits"] in page
    assert unsaid == []


def test_a_tip_keeps_the_language_and_its_end_is_told_in_it(stage, reader, language):  # noqa: F811
    reader.report(place=stage.place, text=OF[language]["words"])
    tip = only_tip()
    assert tip.language == language
    with translation.override(language):
        expected = translation.gettext(FINISHED)
    assert expected != FINISHED
    officer = make.officer(unit=stage.unit)
    triage.accept_tip(tip.pk, by=officer)
    closing.record_outcome(tip.pk, outcome="unfounded", by=officer)
    closing.close_tip(tip.pk, by=officer)
    assert tip.messages.last().text == expected


def test_around_a_warning_is_the_language_and_the_warning_is_english_where_it_is_there(
    reader, language, unsaid, tmp_path, settings
):
    settings.DATA_FOLDER = tmp_path
    version = Ward().published()
    version.texts["en"] = {**dict.fromkeys(CALM, "Hang up."), "title": "A false officer"}
    type(version).objects.filter(pk=version.pk).update(texts=version.texts)
    page = reader.client.get(f"/w/{version.verify_code.code}").content.decode()
    assert f'<html lang="{language}">' in page
    assert '<h1 lang="en">A false officer' in page
    assert OF[language]["official"] in page
    assert version.texts["vi"]["title"] in page
    assert unsaid == []
    home = reader.client.get("/").content.decode()
    assert OF[language]["home"] in home
    assert "A false officer" in home
    assert {"zh-hans": "只有越南语", "ko": "베트남어만 있음"}[language] not in home
    assert unsaid == []


@pytest.mark.parametrize("is_published", [False, True])
def test_the_first_hour_is_wholly_in_the_language(reader, language, unsaid, is_published):
    if is_published:
        publish_first_hour(default_first_hour_texts())
    page = reader.client.get("/first-hour/").content.decode()
    assert f'<html lang="{language}">' in page
    assert f'<ol class="timeline numbered" lang="{language}">' in page
    assert OF[language]["first_hour"] in page
    assert OF[language]["awaits"] in page
    assert ("tel:0510000111" in page) == is_published
    assert unsaid == []


def test_getting_warnings_is_wholly_in_the_language(reader, language, unsaid):
    client, place = reader.client, make.place("Phường Nếnh")
    unit = make.unit(serves=place)
    closed = client.get("/subscribe")
    for channel in ("telegram", "zalo_oa", "zalo_bot", "email", "web_push"):
        make.channel_account(unit=unit, channel=channel, slug=f"our-{channel}")
    wish = {"places": [str(place.pk)], "severity": "1", "language": "vi"}
    hours = {"quiet_from": "22:00", "quiet_to": "24", "email": "hoa", "places": []}
    own = make.subscription(places=(place,), channel="telegram")
    asked = make.subscription(places=(place,), channel="email", confirmed_at=None)
    of_own, to_confirm = secret_links.stop_token(own), secret_links.confirm_token(asked)
    pages = [
        closed,
        client.get("/subscribe"),
        client.post("/subscribe", {"q": "Nếnh", "find": "1"}),
        client.post("/subscribe", wish | hours | {"way": "email"}),
        client.post("/subscribe", wish | {"way": "web_push"}),
        client.post("/subscribe", wish | {"way": "chat-our-telegram"}, follow=True),
        client.get("/subscribe/sent"),
        client.get(f"/subscribe/{to_confirm}"),
        client.post(f"/subscribe/{to_confirm}", follow=True),
        client.get(f"/subscribe/own/{of_own}?kept=1"),
        client.post(f"/subscribe/own/{of_own}", {"severity": "1"}),
        client.get(f"/stop/{of_own}"),
        client.post(f"/stop/{of_own}"),
    ]
    for page in pages:
        words = page.content.decode()
        assert f'<html lang="{language}">' in words, page.request
        assert OF[language]["awaits"] in words
    # Warnings come in Vietnamese or English: whoever reads neither as their own gets English.
    assert re.search(r'name="language" value="en"[^>]* checked', pages[1].content.decode())
    assert unsaid == []


def test_a_first_hour_in_words_of_the_desk_is_wholly_english(reader, language):
    texts = default_first_hour_texts()
    texts["vi"]["steps"][0]["title"] = "Bấm số của ngân hàng"
    texts["en"]["steps"][0]["title"] = "Dial your bank"
    publish_first_hour(texts)
    page = reader.client.get("/first-hour/").content.decode()
    assert '<html lang="en">' in page
    assert '<ol class="timeline numbered" lang="en">' in page
    assert "Dial your bank" in page
    assert "It is not your fault" in page
    assert f'<p class="notice" lang="{language}">' in page
    assert OF[language]["untranslated"] in page
    assert OF[language]["first_hour"] not in page


def publish_first_hour(texts):
    desk = Desk()
    desk.publish(first_hour_acts.write_first_hour(texts, [BANK], by=desk.writer))


@pytest.mark.parametrize("address", ["/warnings", "/lookup/record/", "/places/", "/claims"])
def test_a_page_without_translation_is_wholly_english_and_says_so(
    stage,  # noqa: F811
    reader,
    language,
    address,
):
    said = OF[language]
    page = reader.client.get(address).content.decode()
    assert '<html lang="en">' in page
    assert said["untranslated"] in page
    assert f'<p class="notice" lang="{language}">' in page
    assert said["awaits"] not in page
    assert said["home"] not in page


def test_the_choice_is_kept_as_english_is(stage, public_client, language):  # noqa: F811
    assert f'value="{language}"' in public_client.get("/").content.decode()
    answer = public_client.post("/language/", {"language": language, "next": "/"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert OF[language]["home"] in public_client.get("/").content.decode()
    public_client.post("/language/", {"language": "vi", "next": "/"})
    assert '<html lang="vi">' in public_client.get("/").content.decode()


def test_a_switch_in_the_report_keeps_what_is_typed(stage, public_client, language):  # noqa: F811
    reader = Resident(public_client)
    reader.write(place=stage.place)
    reader.post("describe", text=OF[language]["words"], happening="", language=language)
    page = reader.look("describe").content.decode()
    assert f'<html lang="{language}">' in page
    assert OF[language]["words"] in page


@pytest.mark.parametrize("asked", ["zh-CN", "zh-SG", "zh", "ko-KR", "ko"])
def test_a_browser_of_any_region_is_understood(stage, public_client, asked):  # noqa: F811
    page = public_client.get("/", HTTP_ACCEPT_LANGUAGE=asked).content.decode()
    assert f'<html lang="{"ko" if asked.startswith("ko") else "zh-hans"}">' in page


def test_what_a_language_lacks_is_english_and_never_vietnamese():
    with translation.override("ko"):
        assert translation.gettext("Draft a warning") == "Draft a warning"
    with translation.override("vi"):
        assert translation.gettext("Draft a warning") != "Draft a warning"
