"""Names that would be taken for the police, and names that would not."""

import pytest

from keng.language.police_name import police_words


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("Báo Công an Nhân dân", "Công an"),
        ("CONG AN phuong", "CONG AN"),
        ("Tổ C.ô.n.g - a.n", "C.ô.n.g - a.n"),
        ("Công\u200ban xã", "Công\u200ban"),
        ("Ngõ Cảnh_sát", "Cảnh_sát"),
        ("C.S.G.T tỉnh", "C.S.G.T"),
        ("Ward Police", "Police"),
        ("부산 경찰서", "경찰"),
    ],
)
def test_a_name_of_the_police_is_found_as_it_is_written(name, part):
    assert police_words(name) == part


@pytest.mark.parametrize(
    "name", ["Hội Công Anh", "Cảnh Sơn", "Trường Công nghệ An Bình", "Policewala", "Đoàn phường"]
)
def test_another_name_is_none(name):
    assert police_words(name) == ""
