"""Who is a child and tells of themselves, and who tells of a child."""

import pytest

from keng.language.child_writer import is_written_by_child
from keng.language.fold import fold


@pytest.mark.parametrize(
    "text",
    [
        "Em 12 tuổi, dượng hay sờ vào người em",
        "Cháu năm nay 10 tuổi, cháu bị bạn lớn bắt nạt",
        "Em học lớp 7, bố say rượu là đánh em",
        "Mẹ đi vắng, con sợ lắm",
        "I am 13 years old and my uncle hits me",
    ],
)
def test_a_child_tells_of_themselves(text):
    assert is_written_by_child(text)
    assert is_written_by_child(fold(text))


@pytest.mark.parametrize(
    "text",
    [
        "Con em 12 tuổi bị thầy đánh",
        "Con gái 9 tuổi về nhà khóc, con sợ lắm",
        "Cháu nhà tôi học lớp 3 bị bỏ đói",
        "Bé hàng xóm 6 tuổi hay bị nhốt ngoài ban công",
        "My daughter says: I am 12 years old and afraid",
        "Em 25 tuổi, thấy một đứa trẻ xin tiền ở ngã tư",
        "Em thấy ở chợ có trẻ bị bắt đi ăn xin",
    ],
)
def test_somebody_tells_of_a_child(text):
    assert not is_written_by_child(text)
    assert not is_written_by_child(fold(text))
