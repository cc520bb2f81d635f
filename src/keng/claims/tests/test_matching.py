"""Was it asked before? By example; tests/load measures it on the dev set."""

from keng.claims.matching import best_matches, same_words

KNOWN = [
    ("căn cước", ["Đổi căn cước có mất 300 nghìn đồng không?"]),
    ("vỡ hồ", ["Hồ chứa nước sắp vỡ, cả xã phải di dân?"]),
]


def test_accents_and_numbers_do_not_matter_and_the_reasons_are_told():
    (match,) = best_matches("doi can cuoc mat 500k ha ad", KNOWN, most=3)
    assert match.item == "căn cước"
    assert {"can", "cuoc", "doi"} <= set(match.shared)
    assert "ha" not in match.shared


def test_another_matter_has_no_match():
    assert best_matches("Trường cấp hai cho nghỉ học vì rét", KNOWN, most=3) == []


def test_one_sentence_of_a_long_message_is_enough():
    long = "Chúc cả nhà ngày mới tốt lành và nhiều sức khỏe nhé. " * 8
    (match,) = best_matches(f"{long} Hồ chứa nước sắp vỡ rồi bà con ơi!", KNOWN, most=3)
    assert match.item == "vỡ hồ"


def test_what_differs_in_marks_and_digits_only_is_the_same():
    assert same_words("Mất 300 nghìn à", "mat 500 nghin a")
    assert not same_words("Mất 300 nghìn à", "Được 300 nghìn à")
