"""What is disguised is read as people read it; what is not stays as it is, at its place."""

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keng.language.danger import danger_in
from keng.language.disguise import flatten_readable, undisguised
from keng.language.disguise.syllables import is_known, is_syllable
from keng.language.fold import fold
from keng.language.indicators import extract
from keng.language.words import words_of
from keng.runtime.tests.chance import is_nightly
from tests import count_syllables
from tests.obfuscated import everyday, hidden_indicator
from tests.perturbations import PERTURBATIONS, perturbed, telex_keys

TRIES = 10_000 if is_nightly() else 400

READ = [
    ("Cháynhà dân ở thônĐông, cứu với", "Cháy nhà dân ở thôn Đông, cứu với"),
    ("nhatoi bi trom xemay dem qua", "nha toi bi trom xe may dem qua"),
    ("luwaf ddaor qua ddieenj thoaij", "lừa đảo qua điện thoại"),
    ("tôi bị lừaf tiềnf", "tôi bị lừa tiền"),
    ("đựoc ngừoi ta gọi", "được người ta gọi"),
    ("c0ng 4n 0i tr0m ch0", "cong an oi trom cho"),
    ("mọj ngườj kó kẻ lừa", "mọi người có kẻ lừa"),
    ("l🔥ừa đ💰ảo, cháy🔥nhà", "lừa đảo, cháy nhà"),
    ("lừа đảо", "lừa đảo"),
    ("𝐥ừa đảｏ", "lừa đảo"),
    ("đi rồiiii nè quáaaa", "đi rồi nè quá"),
    ("lu\u200bừa đảo", "luừa đảo"),
    ("xe lật trênQL37 gần dốc", "xe lật trên QL37 gần dốc"),
    ("xecuatoi bi lay", "xe cua toi bi lay"),
    ("cãi nhau ởcổngLim vì chắnlối", "cãi nhau ở cổng Lim vì chắn lối"),
    ("tr0m ch0 o 7an Yen", "trom cho o Tan Yen"),
    ("bị l.ừ.a đ-ả-o, c_ó kẻ x.ấ.u", "bị lừa đảo, có kẻ xấu"),
    ("l ừ a đ ả o qua zalo", "lừa đảo qua zalo"),
    ("to6i bi5 lu72a d9a3o o73 cho75", "tôi bị lừa đảo ở chợ"),
    ("b@o c0ng @n xã bắt tr0m chó giúp t0i", "báo công an xã bắt trộm chó giúp tôi"),
    (
        "cóaiởđâykhông, nhàtôicháyrồicứuvớimọingườiơi",
        "có ai ở đây không, nhà tôi cháy rồi cứu với mọi người ơi",
    ),
    ("cónglạđậpcửaphòngemcứuvới", "có ng lạ đập cửa phòng em cứu với"),
    (
        "kẻgianbêmấtcáilaptopasuscủachịem",
        "kẻ gian bê mất cái laptop asus của chị em",
    ),
    ("thuyenLatGanBenHuongSon", "thuyen Lat Gan Ben Huong Son"),
    ("vụ2xe đâm nhau, mất500kở chợ", "vụ 2 xe đâm nhau, mất 500k ở chợ"),
    ("bjo nó chạy rồiii", "bây giờ nó chạy rồi"),
    ("khôngg aii cứuu", "không ai cứu"),
    (
        "c0ng @n ơi, nhà b@ ngoại ở đồ! Thông b! ngập",
        "công an ơi, nhà bà ngoại ở đồi Thông bị ngập",
    ),
    ("b! đánh hội đồng ngoài bãi", "bị đánh hội đồng ngoài bãi"),
    ("Mất xe ở ng0 88 phố Huế, c0ng @n giúp", "Mất xe ở ngõ 88 phố Huế, công an giúp"),
    ("Chuyện dài lắm. N-g-h-ĩ-a bị đ-á-n-h", "Chuyện dài lắm. Nghĩa bị đánh"),
    ("ông Hoàj ở xóm trên", "ông Hoài ở xóm trên"),
]
AS_IT_IS = [
    "Toyota Innova đỗ trước homestay, camera online quay được",
    "mất 50k lúc 7h30 ở tổ 3, ngõ 12/4",
    "toi o to3 phuong 5, xe 98a1-12345",
    "zalo facebook telegram Wintrade hoodie container",
    "xem dvc-gia.cc hoặc vaynhanh . online",
    "he is beating her please help",
    "Max, Momo, ATM, QA 12-34, TP.BN, T5, B1",
    "vào wintradeoptionvip rồi nạp tiền",
    "我家着火了 저를 도와주세요",
    "Hèo, Béo, Neo, Đắk Lắk, Krông Pắc",
    "B.H.X.H, U.B.N.D, nhóm A B O, lớp a b c, N.V. Anh",
    "QL31, mã PA0912345678, web vaytien24, T5, A6, K8",
    "v n e i d - a . t o p",
    "ba! con bị đánh, mẹ! ơi cứu",
    "",
]


@pytest.mark.parametrize(("written", "read"), READ)
def test_a_disguised_text_is_read_as_people_read_it(written: str, read: str) -> None:
    assert undisguised(written).readable == read


@pytest.mark.parametrize("text", AS_IT_IS)
def test_names_numbers_links_and_other_languages_stay(text: str) -> None:
    assert undisguised(text).readable == text


def test_a_name_in_one_other_alphabet_is_another_site_and_a_mixed_one_is_not() -> None:
    (mixed,) = extract("web vnеid-capnhat.top lừa")
    (foreign,) = extract("web аррӏе.com lừa")
    assert mixed.value == "vneid-capnhat.top"
    assert foreign.value == "аррӏе.com"


@given(st.text(max_size=200))
def test_every_place_of_what_is_read_is_a_place_of_what_was_written(text: str) -> None:
    source = undisguised(text)
    places = [(source.start(at), source.end(at + 1)) for at in range(len(source.readable))]
    assert places == sorted(places)
    assert all(0 <= start < end <= len(text) for start, end in places)


@given(st.text(max_size=200))
def test_words_and_flat_text_have_places_in_what_was_written(text: str) -> None:
    flat = flatten_readable(text)
    for at in range(len(flat.flat)):
        assert 0 <= flat.start(at) < flat.end(at + 1) <= len(text)
    for word in words_of(text):
        assert 0 <= word.start < word.end <= len(text)


def test_what_is_found_stands_where_it_was_written() -> None:
    text = "l🔥ừa đảo: chuyểntiền vào stk 0 3 7 5 1 1 1 3 6 6 MB"
    (found,) = extract(text)
    assert text[found.start : found.end] == "0 3 7 5 1 1 1 3 6 6"
    danger = danger_in("ch🔥áy nhaf roofi, cứuvới, có ngườikẹt bên trong")
    assert danger is not None
    assert "ch🔥áy nhaf" in danger.reasons


@pytest.mark.parametrize("word", ["người", "được", "nghiêng", "điện", "thoại", "quyết", "giếng"])
def test_raw_telex_keys_of_a_word_are_that_word(word: str) -> None:
    assert is_syllable(word)
    read = undisguised(f"{telex_keys(word)} {telex_keys('đường')} {telex_keys('nước')}").readable
    assert unicodedata.normalize("NFC", read.split()[0]) == word


def test_syllables_are_told_from_what_is_none() -> None:
    assert all(map(is_syllable, ("nghiêng", "khuỷu", "quyết", "giặt", "gì", "y", "ướt", "kịch")))
    assert not any(map(is_syllable, ("kông", "ngi", "fim", "cát̀", "tàc", "blao", "qua2", "ght")))
    assert all(map(is_known, ("zalo", "người", "nguoi")))
    assert not is_known("ngườj")


@pytest.mark.parametrize("name", PERTURBATIONS)
def test_a_disguise_is_the_same_each_time_and_keeps_the_places_of_indicators(name: str) -> None:
    text = "Số 0912000345 xưng công an, bắt chuyển vào stk 1033445577 MB qua dvc-gia.cc"
    spans = [
        {"type": one.type, "value": one.value, "start": one.start, "end": one.end}
        for one in extract(text)
    ]
    disguised, moved = perturbed(text, spans, name, 7)
    assert (disguised, moved) == perturbed(text, spans, name, 7)
    found = [(one.type, one.value, one.start, one.end) for one in extract(disguised)]
    assert found == [(one["type"], one["value"], one["start"], one["end"]) for one in moved]


def test_hidden_indicators_are_found_with_their_values_and_places() -> None:
    """On 2026-11-29 precision .9995 and recall .999 of 10,000."""
    chance = random.Random("hidden")
    right = found = 0
    for _ in range(TRIES):
        hidden = hidden_indicator(chance)
        seen = [(one.type, one.value, one.start, one.end) for one in extract(hidden.text)]
        right += (hidden.type, hidden.value, hidden.start, hidden.end) in seen
        found += len(seen)
    assert right / found >= 0.99
    assert right / TRIES >= 0.99


def test_nothing_is_found_in_everyday_sentences() -> None:
    chance = random.Random("everyday")
    invented = [text for text in (everyday(chance) for _ in range(TRIES)) if extract(text)]
    assert invented == []


def test_the_words_that_are_known_are_those_that_are_counted() -> None:
    """`python -m tests.count_syllables` counts anew; translations may have come since."""
    words, pairs = count_syllables.counted()
    kept = [word for word, _count in words.most_common(1000)]
    assert sum(map(is_known, kept)) >= 990
    assert len(pairs) > 5000
    assert fold("Đường") == count_syllables.neighbour_key("Đường")
