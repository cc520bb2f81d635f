"""A look-up box: every spelling of one thing meets, and two different things never do."""

import re
import string
import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from keng.language.fold import fold, normalise
from keng.language.lookup_terms import lookup_terms_in

# Numbers that are nobody's would be too few to try spellings on; what is tested is the spelling.
PREFIXES = ["032", "039", "056", "070", "079", "081", "086", "090", "093", "096", "098"]
MOBILES = st.builds(
    "".join, st.tuples(st.sampled_from(PREFIXES), st.text(string.digits, min_size=7, max_size=7))
)
ACCOUNTS = st.text(string.digits, min_size=12, max_size=16).filter(
    lambda digits: not digits.startswith(("00", "84", "18", "19", "02"))
)
LABELS = st.from_regex(r"[a-z][a-z0-9]{3,11}(?:-[a-z0-9]{2,6})?", fullmatch=True).filter(
    lambda label: label.isascii() and not label.startswith(("xn-", "www"))
)
ENDINGS = st.sampled_from(["com", "vn", "com.vn", "cc", "top", "xyz", "shop"])
FULL_WIDTH = str.maketrans(string.digits, "０１２３４５６７８９")
WORDS = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]


def keys_of(text):
    return [one.keys for one in lookup_terms_in(text)]


def meet(one, other):
    """Whether an entry that answers the one could answer the other."""
    return bool({key for keys in one for key in keys} & {key for keys in other for key in keys})


def only(text):
    (one,) = lookup_terms_in(text)
    return one.type, one.value


@st.composite
def _spaced(draw, digits):
    """The digits in groups, with one kind of joint between them as people write them."""
    joint = draw(st.sampled_from([" ", ".", "-", "\u00a0", " - ", "\u2013"]))
    sizes = draw(st.sampled_from([(4, 3, 3), (3, 3, 4), (2, 2, 2, 2, 2), (1,) * 20, (4, 6), (99,)]))
    parts, at = [], 0
    for size in sizes:
        if digits[at : at + size]:
            parts.append(digits[at : at + size])
        at += size
    if digits[at:]:
        parts.append(digits[at:])
    return joint.join(parts)


def is_still_a_number(digits):
    """Whether with letters for its noughts and ones it is no word and has no word in it."""
    return len(re.findall("[01]", digits)) <= 3 and not re.search(r"(?<!\d)[01]+(?!\d)", digits)


@st.composite
def in_letters(draw, digits):
    """Letters that look like the digits in their place."""
    return digits.replace("0", draw(st.sampled_from("Oo"))).replace(
        "1", draw(st.sampled_from("lIi"))
    )


@st.composite
def neighbours_of(draw, digits):
    """Another number that is as near as can be: a digit changed, or two of them exchanged."""
    at = draw(st.integers(3, len(digits) - 1))
    if draw(st.booleans()):
        return digits[:at] + draw(st.sampled_from(string.digits)) + digits[at + 1 :]
    return digits[: at - 1] + digits[at] + digits[at - 1] + digits[at + 1 :]


@st.composite
def spellings_of_a_mobile(draw, number):
    prefix = draw(st.sampled_from(["0", "+84", "84", "0084", "+84 ", "(+84) ", "+84 (0)", "840"]))
    written = prefix + draw(_spaced(number[1:]))
    match draw(st.sampled_from(["plain", "wide", "letters", "hidden"])):
        case "wide":
            return written.translate(FULL_WIDTH)
        case "letters" if number[1:].count("0") + number[1:].count("1") <= 3:
            return draw(in_letters(written))
        case "hidden":
            return written[:3] + "\u200b" + written[3:]
    return written


@given(st.data(), MOBILES)
def test_all_spellings_of_one_mobile_meet(data, number):
    written = data.draw(spellings_of_a_mobile(number))
    assert only(written) == ("phone", f"+84{number[1:]}")
    assert keys_of(written) == keys_of(number)


@given(st.data(), MOBILES)
def test_a_mobile_in_a_message_is_the_one_from_the_box(data, number):
    written = data.draw(_spaced(number))
    if is_still_a_number(written) and data.draw(st.booleans()):
        written = data.draw(in_letters(written))
    for message in (
        f"Số {written} gọi bảo con tôi cấp cứu",
        f"so {written} goi bao con toi cap cuu",
        f"SĐT: {written}",
        f"sdt {written} lừa đảo",
    ):
        for accents in ("NFC", "NFD"):
            found = only(unicodedata.normalize(accents, message))
            assert found == ("phone", f"+84{number[1:]}")


@given(MOBILES)
def test_a_number_in_words_is_that_number(number):
    for spelled in (WORDS, [fold(word) for word in WORDS]):
        assert keys_of(" ".join(spelled[int(digit)] for digit in number)) == keys_of(number)


@given(st.data(), MOBILES, MOBILES)
def test_two_mobiles_never_meet(data, one, other):
    assume(one != other)
    first = keys_of(data.draw(spellings_of_a_mobile(one)))
    assert not meet(first, keys_of(data.draw(spellings_of_a_mobile(other))))


@given(st.data(), MOBILES)
def test_two_mobiles_that_differ_by_a_digit_never_meet(data, number):
    other = data.draw(neighbours_of(number))
    assume(other != number)
    first = keys_of(data.draw(spellings_of_a_mobile(number)))
    assert not meet(first, keys_of(data.draw(spellings_of_a_mobile(other))))


@given(st.data(), MOBILES, ACCOUNTS)
def test_a_mobile_and_an_account_of_other_digits_never_meet(data, number, digits):
    first = keys_of(data.draw(spellings_of_a_mobile(number)))
    assert not meet(first, keys_of(data.draw(spellings_of_an_account(digits))))


@st.composite
def spellings_of_an_account(draw, digits):
    cue = draw(st.sampled_from(["", "stk ", "STK: ", "số tài khoản ", "so tai khoan ", "tk số "]))
    bank = draw(st.sampled_from(["", " VCB", " vietcombank", " (MB)"])) if cue else ""
    spaced = draw(st.sampled_from([digits, " ".join(re.findall(r"\d{1,4}", digits))]))
    written = spaced.replace(" ", draw(st.sampled_from([" ", ".", "-"])))
    match draw(st.sampled_from(["plain", "wide", "letters"])):
        case "wide":
            written = written.translate(FULL_WIDTH)
        case "letters" if is_still_a_number(written):
            written = draw(in_letters(written))
    return unicodedata.normalize(draw(st.sampled_from(["NFC", "NFD"])), f"{cue}{written}{bank}")


@given(st.data(), ACCOUNTS)
def test_all_spellings_of_one_account_meet(data, digits):
    assert only(data.draw(spellings_of_an_account(digits))) == ("bank_account", digits)


@given(st.data(), ACCOUNTS, ACCOUNTS)
def test_two_accounts_never_meet(data, one, other):
    other = data.draw(st.sampled_from([other, data.draw(neighbours_of(one)), one[:-1]]))
    assume(one != other)
    first = keys_of(data.draw(spellings_of_an_account(one)))
    assert not meet(first, keys_of(data.draw(spellings_of_an_account(other))))


@given(MOBILES)
def test_a_phones_digits_ask_for_the_account_of_the_same_number_too(number):
    (asked,) = lookup_terms_in(number)
    assert ("bank_account", number) in asked.keys
    assert only(f"stk {number} MB") == ("bank_account", number)


@st.composite
def spellings_of_a_site(draw, host):
    scheme = draw(
        st.sampled_from(["", "https://", "http://", "hxxps://", "hxxp://", "h**p://", "HTTPS://"])
    )
    www = draw(st.sampled_from(["", "www.", "WWW."]))
    dot = draw(st.sampled_from([".", "[.]", "(.)", "[dot]", "．", " [.] "]))
    end = draw(st.sampled_from(["", "/", ".", "./", ":443", ":443/", " "]))
    name = draw(st.sampled_from([host, host.upper(), host.title()])).replace(".", dot)
    return f"{scheme}{www}{name}{end}"


@given(st.data(), LABELS, ENDINGS)
@example(data=None, label="vneid-kichhoat", ending="cc")
def test_all_spellings_of_one_site_meet(data, label, ending):
    host = f"{label}.{ending}"
    written = data.draw(spellings_of_a_site(host)) if data else f"hxxps://{host.upper()}./"
    assert only(written) == ("url", host)


@given(st.data(), LABELS, ENDINGS, LABELS, ENDINGS)
def test_two_sites_never_meet(data, label, ending, other, other_ending):
    first, second = f"{label}.{ending}", f"{other}.{other_ending}"
    assume(first != second)
    found = keys_of(data.draw(spellings_of_a_site(first)))
    assert not meet(found, keys_of(data.draw(spellings_of_a_site(second))))


@given(st.data(), LABELS, ENDINGS, st.sampled_from(["l1", "o0", "-", "aạ", "eé", "aа"]))
def test_a_site_never_meets_one_that_only_looks_like_it(data, label, ending, pair):
    """A digit for a letter, no hyphen, an accent, a letter of another script: another's site."""
    other = label.replace(pair[0], pair[1:], 1)
    assume(other != label and len(other) > 3)
    found = keys_of(data.draw(spellings_of_a_site(f"{label}.{ending}")))
    assert not meet(found, keys_of(data.draw(spellings_of_a_site(f"{other}.{ending}"))))


@given(LABELS, LABELS, ENDINGS)
def test_a_page_or_a_name_below_asks_for_its_site_too(sub, label, ending):
    site = f"{label}.{ending}"
    (asked,) = lookup_terms_in(f"https://{sub}.{site}/login?id=1")
    assert ("url", site) in asked.keys
    assert ("url", ending) not in asked.keys


@given(st.text("àáảãạăâđêôơưéèẻíìóòúùbcdghk", min_size=4, max_size=12))
def test_punycode_and_letters_are_one_name(label):
    label = normalise(label)
    plain = label.encode("punycode").decode()
    assume(not label.isascii())
    assert (
        only(f"https://xn--{plain}.com/") == only(f"https://{label}.com") == ("url", f"{label}.com")
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://Evil-Login.com/Vao", "evil-login[.]com/Vao"),
        ("https://xn--80ak6aa92e.com", "аррӏе[.]com (xn--80ak6aa92e[.]com)"),
        ("https://vietcombank.com.vn@evil-login.com/a", "evil-login[.]com/a"),
        ("+84 912 345 678", "0912 345 678"),
        ("1900 1234", "19001234"),
        ("(024) 3825 3531", "02438253531"),
        ("30L-123.45", "30L12345"),
        ("@Trum_Lua", "@trum_lua"),
    ],
)
def test_it_is_shown_as_people_write_it_and_no_link_can_be_tapped(text, shown):
    assert [one.shown for one in lookup_terms_in(text)] == [shown]


@pytest.mark.parametrize(
    "text", ["", "   ", "113", "xin chào", "file.pdf", "a@evil-login.com", "Toi bi lua.Huhu"]
)
def test_what_is_nothing_to_look_up_asks_nothing(text):
    assert lookup_terms_in(text) == []


@pytest.mark.parametrize(
    "text", ["98A-123.45", "@trum_lua", "facebook.com/nguyen.van.a", "t.me/abcdef"]
)
def test_what_may_name_a_person_says_so(text):
    assert [one.may_name_a_person for one in lookup_terms_in(text)] == [True]


def test_a_bad_page_of_a_common_site_asks_for_nothing_above_it():
    (asked,) = lookup_terms_in("https://www.facebook.com/groups/vay-nhanh")
    assert asked.keys == (("url", "facebook.com/groups/vay-nhanh"),)


def test_a_chat_link_with_a_number_asks_for_the_number():
    (asked,) = lookup_terms_in("zalo.me/0912345678")
    assert ("phone", "+84912345678") in asked.keys


def test_a_whole_message_is_taken_apart_each_thing_once():
    text = (
        "Shop báo trúng thưởng, vào https://qua-tang.top/nhan đăng ký, gọi 0912 345 678 hoặc "
        "+84912345678, ck phí vào stk 19036789012345 VCB, tele @shop_qua"
    )
    assert [(one.type, one.value) for one in lookup_terms_in(text)] == [
        ("url", "qua-tang.top/nhan"),
        ("phone", "+84912345678"),
        ("bank_account", "19036789012345"),
        ("handle", "shop_qua"),
    ]


@given(st.text(max_size=300))
def test_any_text_is_answered(text):
    for one in lookup_terms_in(text):
        assert one.keys[0] == (one.type, one.value)
        assert "http" not in one.shown.partition("/")[0]
