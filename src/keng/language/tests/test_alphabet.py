"""Names in the order in which somebody looks for them on a list."""

from random import Random

from keng.language.alphabet import alphabetical, given_name_first

IN_ORDER = (
    "Xã An Lạc",
    "Xã Bắc Lũng",
    "Xã Dương Hưu",
    "Xã Đại Lai",
    "Xã Đại Sơn",
    "Xã Đèo Gia",
    "Xã Đông Phú",
    "Xã Đồng Kỳ",
    "Xã Đồng Việt",
    "Xã Gia Bình",
    "Xã Lam",
    "Xã Làm",
    "Xã Lảm",
    "Xã Lãm",
    "Xã Lám",
    "Xã Lạm",
    "Xã Lâm",
    "Xã Lục Ngạn",
    "Xã Lục Sơn",
    "Xã Lương Tài",
    "Xã Tân Yên",
    "Xã Tân Yên 2",
    "Xã Tân Yên 10",
    "Xã Tây Yên Tử",
    "Xã Yên Thế",
)


def test_names_stand_in_the_order_of_the_vietnamese_alphabet():
    mixed = list(IN_ORDER)
    Random(5).shuffle(mixed)
    assert sorted(mixed, key=alphabetical) == list(IN_ORDER)
    assert sorted(mixed) != list(IN_ORDER)


def test_how_a_letter_is_composed_makes_no_difference():
    assert alphabetical("Đồng") == alphabetical("Đo\u0302\u0300ng") == alphabetical("đồng")


def test_people_stand_by_their_given_name():
    people = ["Trần Văn An", "Bùi Thị Lan", "Vũ Thị Lan", "Nguyễn Đăng", "Lê Minh Đức"]
    assert sorted(people, key=given_name_first) == [
        "Trần Văn An",
        "Nguyễn Đăng",
        "Lê Minh Đức",
        "Bùi Thị Lan",
        "Vũ Thị Lan",
    ]
