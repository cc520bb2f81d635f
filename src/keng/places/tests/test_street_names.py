"""A street that is called after somebody is no name of a person in a text; a person stays one."""

import pytest

from keng.language.names import names_in
from keng.places.street_names import without_streets


def _left(text: str) -> list[str]:
    return without_streets(names_in(text), text)


@pytest.mark.parametrize(
    "text",
    [
        "Tai nạn trên đường Nguyễn Văn Cừ, gần chợ",
        "Mất xe trước số 12 phố Lý Thái Tổ",
        "Ngã tư Trần Hưng Đạo - Ngô Gia Tự tắc từ chiều",
        "Cổng trường THPT Nguyễn Đăng Đạo có người bán rong",
        "Trường tiểu học Lê Văn Tám mất máy chiếu",
        "Đoạn Nguyễn Trãi giao Lê Thái Tổ đèn hỏng",
        "Quán ở ngõ 5 Nguyễn Văn Cừ mở tới khuya",
        "Nhà số 20 Trần Phú đang xây",
        "duong nguyen van cu dong xe qua",
        "Vòng xuyến Nguyễn Trãi ngập nước",
        "Công viên Nguyễn Văn Cừ tối om",
        "Tượng đài Lý Thái Tổ bị vẽ bậy",
        "Chợ Nguyễn Văn Cừ mất trộm",
        "Hẻm Trần Quốc Toản có chó dữ",
        "Trên Ngô Gia Tự tối nào cũng đua xe",
        "Tôi thuê phòng ở Nguyễn Văn Linh",
        "Đại lộ Lê Thái Tổ nhiều ổ gà",
        "Cầu vượt Nguyễn Văn Linh rơi đá",
        "Sân vận động Lê Lợi đông người",
        "Trường THCS Nguyễn Thị Minh Khai họp phụ huynh",
    ],
)
def test_a_street_is_nobody(text: str) -> None:
    assert names_in(text) == [] or _left(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ông Nguyễn Văn Cừ lừa tiền của tôi", "Nguyễn Văn Cừ"),
        ("Chủ tài khoản NGUYEN VAN CU", "NGUYEN VAN CU"),
        ("Chị Trần Thị Hoa ở đường Nguyễn Văn Cừ", "Trần Thị Hoa"),
        ("Kẻ đó tên Lê Hoàng Anh", "Lê Hoàng Anh"),
        ("Bên đường Nguyễn Thị Lan bị ngã", "Nguyễn Thị Lan"),
        ("Nó chạy ra đường Trần Văn Hùng chặn lại", "Trần Văn Hùng"),
        ("Anh Nguyễn Văn Linh ở phố Nguyễn Văn Linh", "Nguyễn Văn Linh"),
        ("Cô Nguyễn Thị Sáu bán hàng ở chợ", "Nguyễn Thị Sáu"),
    ],
)
def test_a_person_stays_one(text: str, name: str) -> None:
    assert name in _left(text)
