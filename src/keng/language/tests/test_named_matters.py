"""Which texts read as a matter of a child or of a sexual offence."""

import pytest

from keng.language.named_matters import is_named_matter, may_be_named_matter


@pytest.mark.parametrize(
    "text",
    [
        "Thầy dạy kèm hay sờ vào người cháu bé 9 tuổi",
        "Em bị hiếp dâm tối qua ở bãi xe",
        "Bé hàng xóm 5 tuổi ngày nào cũng bị đánh bầm tím",
        "My neighbour was raped last night",
        "A man touched a child at the playground",
    ],
)
def test_harm_to_a_child_and_rape_are_read_at_once(text):
    assert may_be_named_matter(text)
    assert is_named_matter(text, "assault_disorder")


@pytest.mark.parametrize(
    "text",
    [
        "Mất xe máy trước cổng chợ",
        "Cháy nhà số 4, có người mắc kẹt",
        "Bé gái 6 tuổi bị lạc ở hội chợ, áo đỏ",
        "Có người giả công an gọi bắt chuyển tiền",
        "",
    ],
)
def test_other_matters_are_not(text):
    assert not may_be_named_matter(text)
    assert not is_named_matter(text, "theft")


def test_the_likeliest_category_counts_and_the_tile_until_there_is_one():
    assert is_named_matter("Chuyện khó nói", "child_safety")
    assert may_be_named_matter("Chuyện khó nói", "child")
    assert not is_named_matter("Chuyện khó nói", "missing_person", "child")
    assert is_named_matter("(Chỉ có ảnh, không có lời.)", None, "child")


def test_motorbikes_that_nobody_watches_are_no_child_left_alone():
    assert not is_named_matter("Chỗ gửi xe sau xưởng không ai trông, mất mũ suốt", None)
    assert is_named_matter("Hai cháu bé bị nhốt trong nhà, không có người trông", None)
