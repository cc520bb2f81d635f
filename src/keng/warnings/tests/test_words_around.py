"""What stands around a warning's own words: the name of its first part, and its two pictures."""

import dataclasses
import datetime
import hashlib
import json

import pytest
from django.urls import reverse

from keng.conftest import sign_in
from keng.delivery.models import DispatchText
from keng.delivery.tests.rows import make_rows
from keng.language import taxonomy
from keng.network.secret_links import lead_token
from keng.warnings import actions, card, outgoing_text, part_names
from keng.warnings.content import WarningContent
from keng.warnings.models import Pattern, Version
from keng.warnings.six_things import things_said
from keng.warnings.tests.ward import CALM, Ward, looked_at

pytestmark = pytest.mark.django_db

FIRE = {
    "title": "Cháy ở khu trọ",
    "what": "Cháy nhà ba tầng.",
    "signs": "Khói đen.",
    "act": "Tránh đường Hồ.",
    "call": "114",
}
ENGLISH = {
    "title": "A false officer calls",
    "what": "They say your card is not active.",
    "signs": "They threaten you.",
    "act": "Hang up.",
    "call": "Duty desk 0204 000 0113",
}
UNTIL = datetime.date(2099, 12, 31)
BURNS = WarningContent({"vi": FIRE}, "fire_explosion", 3, UNTIL)
STAMP = outgoing_text.Stamp("Công an phường Nếnh", "7QM4KD", UNTIL)


@pytest.fixture
def ward():
    return Ward()


def url(name, *args, site="public"):
    return reverse(name, args=args, urlconf=f"keng.site.{site}_urls")


def published(ward, content):
    version = actions.draft_warning(
        unit_id=ward.unit.pk, content=content, choice=ward.choice(), by=ward.officer
    )
    actions.submit_warning(version.warning_id, by=ward.officer)
    actions.approve_warning(version.pk, **looked_at(version), by=ward.commander)
    make_rows()
    return Version.objects.get(pk=version.pk)


def picture(answer):
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


def test_a_fire_is_not_said_to_be_what_they_do(public_client, ward):
    version = published(ward, BURNS)
    code = version.verify_code.code
    pages = [
        public_client.get(url(name, *args)).content.decode()
        for name, args in (("warning", [code]), ("warning-poster", [code]), ("home", []))
    ]
    pages += [text.text for text in DispatchText.objects.all()]
    assert len(pages) == 4
    for shown in pages:
        assert "Chuyện gì xảy ra" in shown
        assert "Chúng làm" not in shown
    drawing = card.card_as_svg(card.card_of(version, code))
    assert "Sự việc" in drawing
    assert "Chúng làm" not in drawing


def test_the_approver_reads_the_name_that_goes_out(desk_client, ward):
    version = actions.draft_warning(
        unit_id=ward.unit.pk, content=BURNS, choice=ward.choice(), by=ward.officer
    )
    actions.submit_warning(version.warning_id, by=ward.officer)
    sign_in(desk_client, ward.commander)
    page = desk_client.get(url("warning-approve", version.warning_id, site="desk"))
    assert page.content.decode().count("Chuyện gì xảy ra") == 2
    assert "Chúng làm" not in page.content.decode()


@pytest.mark.parametrize("code", taxonomy.categories())
def test_page_message_and_picture_call_the_first_part_alike(code):
    name = part_names.what_heading(code)
    by_somebody = taxonomy.categories()[code].group in {"crime", "scam"}
    assert (name == "Chúng làm gì") == by_somebody
    assert part_names.what_line(code, "Lời.") == f"1. {name}: Lời."
    short = {"Chúng làm gì": "Chúng làm", "Chuyện gì xảy ra": "Sự việc"}
    assert part_names.what_on_card(code) == short.get(name, "Đã biết")
    assert code != "missing_person" or name == "Thông tin đã biết"


def sha256_of(said):
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def test_what_was_approved_before_the_names_differed_is_approved_still():
    """What is answered for is as it was when every first part was called "What they do"."""
    burns = "202d93a6d02b5a41b878d0b386660ff851bee5d5cabfd8f986c056adcbcac8a3"
    assert sha256_of(BURNS.as_json()) == burns
    pattern = Pattern(
        texts=FIRE, category="fire_explosion", severity=3, kinds=["lodging"], expires_on=UNTIL
    )
    fire = "59e24b32ddc3a5aca82fd432380bddc81cff384273150cb4a274587e270fae05"
    assert sha256_of(pattern.content_to_release) == fire


@pytest.mark.usefixtures("cards_are_drawn")
def test_a_warning_with_an_english_text_has_an_english_picture(public_client, ward):
    version = published(
        ward, WarningContent({"vi": CALM, "en": ENGLISH}, "scam_impersonation", 2, UNTIL)
    )
    address = url("warning-card", version.verify_code.code)
    page = public_client.get(
        url("warning", version.verify_code.code), headers={"accept-language": "en"}
    ).content.decode()
    assert f'{address}?in=en"' in page
    english = picture(public_client.get(f"{address}?in=en"))
    assert english != picture(public_client.get(address))
    drawing = card.card_as_svg(card.card_of(version, version.verify_code.code, "en"))
    for words in ("They do", "You notice", "Valid until 31/12/2099", *ENGLISH.values()):
        assert words in drawing


def test_a_lead_gets_the_picture_in_the_language_of_the_text(public_client, ward):
    ward.lead.language = "en"
    ward.lead.save()
    version = published(
        ward, WarningContent({"vi": CALM, "en": ENGLISH}, "scam_impersonation", 2, UNTIL)
    )
    asked = url("warning-card", version.verify_code.code)
    for language in ("vi", "en"):
        text = DispatchText.objects.get(dispatch=version.dispatch_id, language=language)
        sent = public_client.get(url("relay-picture", lead_token(ward.lead), text.pk))
        assert picture(sent) == picture(public_client.get(f"{asked}?in={language}"))
    page = public_client.get(url("relay", lead_token(ward.lead))).content.decode()
    assert str(text.pk) in page
    assert ENGLISH["title"] in page


@pytest.mark.parametrize("asked", ["en", "fr", "../vi"])
def test_without_a_text_in_that_language_the_picture_is_vietnamese(public_client, ward, asked):
    version = published(ward, BURNS)
    address = url("warning-card", version.verify_code.code)
    assert picture(public_client.get(f"{address}?in={asked}")) == picture(
        public_client.get(address)
    )


def test_every_text_that_goes_out_says_where_it_holds_and_what_happens_to_people(
    public_client, ward
):
    said = FIRE | {"consequence": "Hai người bị ngạt khói."}
    version = published(ward, WarningContent({"vi": said}, "fire_explosion", 3, UNTIL))
    code = version.verify_code.code
    where = ward.place.full_name
    sent = DispatchText.objects.get(dispatch=version.dispatch_id).text
    assert "Hậu quả: Hai người bị ngạt khói." in sent
    assert f"Nơi áp dụng: {where}." in sent
    names = (("warning", [code]), ("warning-poster", [code]))
    shown = [public_client.get(url(name, *args)).content.decode() for name, args in names]
    shown.append(card.card_as_svg(card.card_of(version, code)))
    for page in shown:
        assert "ngạt khói" in page
        assert where in page
    assert "ngạt khói" in public_client.get(url("warnings-feed")).content.decode()
    assert things_said(sent).missing == ()


def test_of_many_places_the_first_are_named_and_the_others_counted():
    content = WarningContent({"vi": FIRE, "en": ENGLISH}, "fire_explosion", 3, UNTIL)
    places = tuple(f"Xã Thử {letter}" for letter in "ABCDE")
    stamp = dataclasses.replace(STAMP, places=places)
    vietnamese, english = outgoing_text.warning_messages(content, stamp)
    assert "Nơi áp dụng: Xã Thử A, Xã Thử B, Xã Thử C và 2 nơi khác." in vietnamese.text
    assert "It holds in: Xã Thử A, Xã Thử B, Xã Thử C and 2 other places." in english.text
