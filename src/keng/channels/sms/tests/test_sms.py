"""Text messages against the fake gateways: every code of the tables, parts, and what fits."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keng.channels.base import Address, OutgoingMessage
from keng.channels.fake import running_provider
from keng.channels.gateway import NoProfile, national_number, plain_letters, profile_of_json
from keng.channels.sms import Sms, profiles
from keng.channels.sms.fake import FakeSms, SmsSettings
from keng.channels.sms.fitting import TooLongForSms, sms_parts, sms_text, sms_words
from keng.channels.tests.talk import send, talk
from keng.channels.upkeep import CannotAsk

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
PHONE = Address("+84 901 234 567")
LINK = "https://keng.example/w/ABCD"


@pytest.fixture(scope="module", params=["esms", "speedsms", "vietguys"])
def running(request):
    with running_provider(FakeSms(SmsSettings(profile=request.param))) as fake:
        yield fake


@pytest.fixture(scope="module")
def running_esms():
    with running_provider(FakeSms()) as fake:
        yield fake


def rested(fake):
    fake.faults.clear()
    fake.delivered.clear()
    fake.settings.dead, fake.settings.balance = [], 10_000
    fake.clock.advance(120)
    return fake


@pytest.fixture
def fake(running):
    return rested(running)


@pytest.fixture
def esms(running_esms):
    return rested(running_esms)


def outcome_of(fake, text="Keng: co tin khan, ma 7K3", reference="r-1", **settings):
    credentials = {**fake.credentials(), **settings}
    message = OutgoingMessage(text, reference=f"{reference}-{len(fake.journal)}")
    return send(Sms(), message, PHONE, credentials, NOW)


def test_each_gateway_shows_the_words_on_the_phone(fake):
    outcome = outcome_of(fake, "Kẻng: có tin khẩn, mã 7K3")
    assert outcome.kind == "sent"
    assert outcome.provider_id
    assert fake.texts_of("0901234567") == ["Keng: co tin khan, ma 7K3"]


def test_a_number_behind_which_nobody_is_is_gone(fake):
    fake.settings.dead = ["0901234567"]
    assert outcome_of(fake).kind == "gone"
    assert fake.delivered == []


def test_no_secret_stands_in_a_query(fake):
    outcome_of(fake)
    assert not any(entry.has_secret_in_query for entry in fake.journal)


def test_the_same_reference_twice_is_one_message(esms):
    message = OutgoingMessage("Keng: co tin khan", reference="r-same")
    kinds = [send(Sms(), message, PHONE, esms.credentials(), NOW).kind for _ in range(2)]
    assert kinds == ["sent", "sent"]
    assert len(esms.delivered) == 1


CODES = {
    "esms": {
        "sent": ["100", "124"],
        "retry": ["99"],
        "config": ["101", "102", "103", "104", "118", "140"],
        "gone": ["108"],
        "reject": ["107", "119", "120", "146", "199", "300"],
        "not_now": ["177"],
        "unknown": ["987"],
    },
    "speedsms": {
        "sent": ["00"],
        "config": ["007", "008", "009", "300"],
        "reject": ["101", "110", "113"],
        "gone": ["105"],
        "unknown": ["500"],
    },
    "vietguys": {
        "sent": ["0", "-16"],
        "retry": ["-2"],
        "config": ["-3", "-4", "-5", "-6", "-7", "-8", "-9", "-12", "-13"],
        "gone": ["-10", "-11"],
        "reject": ["-1", "-14", "-18", "-20", "-21"],
        "not_now": ["-17", "-19", "-22"],
        "unknown": ["-99"],
    },
}


def test_each_code_of_the_tables_has_its_outcome(fake):
    name = fake.settings.profile
    place = next(each for each in profiles.SMS_GATEWAYS.profiles if each.name == name).code_at
    for kind, codes in CODES[name].items():
        for code in codes:
            body = {place: int(code) if name == "vietguys" else code, "SMSID": "1", "msgid": "1"}
            fake.faults.next(status=200, body=body)
            assert outcome_of(fake).kind == kind, code


def test_what_is_over_for_the_day_waits_for_the_next_one(fake):
    name = fake.settings.profile
    until = {}
    for code in CODES[name].get("not_now", []):
        fake.faults.next(status=200, body={"error": int(code), "CodeResult": code})
        until[code] = outcome_of(fake).until
    # 10:00 in Vietnam; a carrier that does not know the sender does not know it tomorrow either.
    next_day = datetime(2026, 11, 25, 17, 5, tzinfo=UTC)
    by_name = {
        "esms": {"177": None},
        "speedsms": {},
        "vietguys": {"-17": next_day, "-19": next_day, "-22": None},
    }
    assert until == by_name[name]


def test_beyond_its_rate_a_gateway_is_waited_for(fake):
    fake.faults.next(status=429, body={})
    outcome = outcome_of(fake)
    assert (outcome.kind, outcome.after_seconds, outcome.blames_provider) == ("retry", 60, True)


def test_keys_that_are_wrong_stop_the_account_and_the_check_says_so(esms):
    assert outcome_of(esms, api_key="other").kind == "config"
    check = profiles.SMS_CHECK
    assert check.finding(talk(check.question(esms.credentials()))).is_well
    wrong = {**esms.credentials(), "secret_key": "other"}
    finding = check.finding(talk(check.question(wrong)))
    assert not finding.is_well
    assert "keys refused" in finding.words
    assert esms.delivered == []


def test_without_money_nothing_goes_out_and_all_waits(esms):
    esms.settings.balance = 0
    assert outcome_of(esms).kind == "config"


def test_what_was_cut_off_is_tried_again_where_the_gateway_knows_a_reference(fake):
    fake.faults.next(drop="after_accept")
    message = OutgoingMessage("Keng: co tin khan", reference=f"cut-{fake.settings.profile}")
    first = send(Sms(), message, PHONE, fake.credentials(), NOW)
    if fake.settings.profile == "speedsms":
        assert first.kind == "unknown"
    else:
        assert first.kind == "retry"
        assert send(Sms(), message, PHONE, fake.credentials(), NOW).kind == "sent"
    assert len(fake.delivered) == 1


@pytest.mark.parametrize("address", ["", "0901", "someone@example.vn", "+1 202 555 0100"])
def test_what_is_no_number_is_asked_of_nobody(esms, address):
    before = len(esms.journal)
    message = OutgoingMessage("a", reference="r")
    outcome = send(Sms(), message, Address(address), esms.credentials(), NOW)
    assert (outcome.kind, len(esms.journal)) == ("gone", before)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0901234567", "901234567"),
        ("+84 901 234 567", "901234567"),
        ("84901.234.567", "901234567"),
        ("02043 000 010", "2043000010"),
        ("113", ""),
        ("00901234567", ""),
    ],
)
def test_numbers_are_read_as_people_write_them(typed, number):
    assert national_number(typed) == number


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ă" * 70, 1),
        ("ă" * 71, 2),
        ("ă" * 134, 2),
        ("ă" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        # What takes two places is not cut by the end of a part.
        ("a" * 152 + "[" + "a" * 152, 3),
        ("a" * 151 + "[" + "a" * 153, 2),
        ("ế" * 66 + "😀" + "ế" * 66, 3),
        ("ế" * 65 + "😀" + "ế" * 67, 2),
        ("[" * 80, 1),
        ("[" * 81, 2),
    ],
)
def test_parts_are_counted_as_carriers_do(text, parts):
    assert sms_parts(text) == parts


def test_a_long_text_ends_with_a_sentence_and_keeps_its_link():
    text = "Kẻ gian giả công an gọi đòi tiền. " * 20 + f"Xem: {LINK}"
    fitted = sms_text(text, {})
    assert sms_parts(fitted) <= 2
    assert fitted.endswith(f"doi tien. {LINK}")
    assert fitted.isascii()


def test_a_long_text_without_a_link_is_not_cut():
    with pytest.raises(TooLongForSms):
        sms_text("Kẻ gian giả công an. " * 30, {})


def test_marks_are_kept_where_the_account_wants_them():
    assert sms_text("Kẻng: có tin khẩn", {"with_marks": "yes"}) == "Kẻng: có tin khẩn"
    assert sms_text("Đường “Hùng Vương” – số 5…", {}) == 'Duong "Hung Vuong" - so 5...'


@given(st.text(max_size=600))
def test_whatever_is_written_takes_no_more_parts_than_allowed(text):
    try:
        fitted = sms_text(text + f" {LINK}", {})
    except TooLongForSms:
        return
    assert sms_parts(fitted) <= 2
    assert LINK in fitted


def test_letters_lose_their_marks_and_nothing_else():
    assert plain_letters("Đã NHẬN được, ở Nếnh") == "Da NHAN duoc, o Nenh"


def test_a_gateway_of_ones_own_is_described_and_asked(running_esms):
    fake = rested(running_esms)
    own = {
        "url": f"{fake.base}/MainService.svc/json/SendMultipleMessage_V4_post_json/",
        "form": "json",
        "body": {
            "ApiKey": "{api_key}",
            "SecretKey": "{secret_key}",
            "Brandname": "{brand}",
            "Phone": "{phone0}",
            "Content": "{text}",
            "RequestId": "{reference}",
        },
        "code_at": "CodeResult",
        "codes": {"100": "sent", "101": "config"},
    }
    credentials = {**fake.credentials(), "profile": "own", "own_profile": json.dumps(own)}
    credentials.pop("api_base")
    message = OutgoingMessage("Trong van ban co {api_key}", reference="r-own")
    assert send(Sms(), message, PHONE, credentials, NOW).kind == "sent"
    # What stands in braces within a text stays a text: no key goes out by it.
    assert fake.texts_of("0901234567") == ["Trong van ban co {api_key}"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "no JSON"),
        ("[]", "no object"),
        ("{}", "without body, form, url"),
        ('{"url": "ftp://x", "form": "json", "body": {}}', "without an address in url"),
        ('{"url": "https://x", "form": "xml", "body": {}}', "of no form"),
        ('{"url": "https://x", "form": "json", "body": {}, "x": 1}', "nothing knows: x"),
        ('{"url": "https://x", "form": "json", "body": {}, "codes": {"0": "ok"}}', "for code 0"),
    ],
)
def test_a_wrong_description_is_refused_with_what_is_wrong(text, fault):
    with pytest.raises(NoProfile, match=fault):
        profile_of_json(text)


def test_an_account_without_its_description_can_ask_nobody():
    with pytest.raises(CannotAsk):
        profiles.SMS_CHECK.question({"profile": "own"})
    with pytest.raises(CannotAsk, match="brand"):
        profiles.SMS_CHECK.question({"profile": "esms", "api_key": "a", "secret_key": "b"})


def test_a_short_form_goes_out_in_place_of_the_whole_text(esms):
    message = OutgoingMessage("Cả bài. " * 100 + LINK, short="Cúp máy. Ma 7K3", reference="s-1")
    assert send(Sms(), message, PHONE, esms.credentials(), NOW).kind == "sent"
    assert esms.delivered[-1].text == "Cup may. Ma 7K3"


def test_a_short_form_is_sent_as_it_was_approved_or_not_at_all():
    long = OutgoingMessage("Cả bài", short="Cúp máy ngay. " * 30 + LINK)
    with pytest.raises(TooLongForSms):
        sms_words(long, {})
    # With its marks it takes three parts, without them one.
    marked = OutgoingMessage("Cả bài", short="Đừng đưa mã. " * 11)
    assert sms_words(marked, {"with_marks": "yes"}).startswith("Dung dua ma.")
    assert sms_words(marked, {"with_marks": "yes", "most_parts": "3"}).startswith("Đừng đưa mã.")
