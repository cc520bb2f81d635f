"""A person's name is noticed in a search; what only sounds like one is not."""

import pytest

from keng.language.names import looks_like_a_name


@pytest.mark.parametrize(
    "typed",
    [
        "nguyen van an", "Nguyễn Văn An", "trần thị hoa", "Dương Minh", "anh Nam",
        "bà Tám bán trứng",
        "tran minh duc.", '"tran minh duc"', "tran minh duc, 1990", "tran-minh-duc",
        "vay nợ của Lê Hoàng Anh", "tim nguyen van an vay no", "HOANG THI MAI",
        "ba tam", "chi lan", "bà tám", "chị lan", "BA TAM", "anh hung", "anh hùng", "co hoa",
        "cô hoa", "ong tu", "bac toan", "bác toàn", "chu binh", "em linh", "thim bay", "cụ tư",
        "thầy đức", "ba tam ban trung", "nha chi lan", "vay no anh tuan o que vo", "anh sáu xe ôm",
        "dinh cong minh", "Đinh Danh", "phan anh", "truong van hop", "thai hoa",
        "chị phượng tạp hoá", "chi phuong tap hoa", "ba  tam", "bà tam", "tìm anh hai",
    ],
)  # fmt: skip
def test_what_somebody_is_called_is_a_name(typed):
    assert looks_like_a_name(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "", "lừa đảo", "lua dao", "lễ hội đầu xuân", "đường dây nóng", "duong day nong", "hộ khẩu",
        "giả công an", "cho vay lãi", "trộm xe máy", "phường Nếnh", "0912 000 417", "danh bac",
        "vụ việc ở chợ", "đổ rác", "đăng ký tạm trú", "karaoke",
        "ba chi nhanh", "ba chi nhánh", "anh ninh", "an ninh", "bac ninh", "bac giang", "bắc giang",
        "bắc sơn", "chi minh", "ho chi minh", "hồ chí minh", "phuong chi linh", "ảnh hưởng",
        "anh huong", "ánh sáng", "anh sang", "anh chi em", "ong ba", "ông bà", "ba nam", "ba năm",
        "ba thang", "ba người", "ba tháng trước", "co quan", "cơ quan", "co lien quan", "có hai xe",
        "co hai xe", "co bao nhieu", "co thai", "chu quan", "chủ quán", "chu truong", "chi huy",
        "chỉ huy", "chi tien", "chi cuc thue", "chi tiết", "chi tiet", "em mình", "em minh",
        "đi làm", "di lam", "thấy hai xe", "cau long", "cầu long biên", "hai ba trung",
        "hai bà trưng", "ba vi", "chị hàng xóm", "ba hang nuoc", "mất ba chiếc xe", "anh em",
        "dinh danh", "dinh danh dien tu", "chuyen tien", "ngan hang", "ho tro", "truong hop",
        "lai cao", "duong link", "vu khi", "to roi", "luong cao", "thai lan", "dang bi",
        "pham phap", "tang qua",
        "chu hang tap hoa", "co tin nhan la", "em bao cong an", "phố bà triệu",
    ],
)  # fmt: skip
def test_what_somebody_did_is_none(typed):
    assert not looks_like_a_name(typed)
