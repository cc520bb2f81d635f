"""Names and numbers of people in a chat message are covered; what an offence used stays."""

import pytest

from keng.language.masking import REPORTER_MARK, cover_values, mask_people, mask_senders


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("[20:14, 3/5] Quách Thị Thử: có người gọi lạ", "Quách Thị Thử"),
        ("Lữ Văn Mẫu (20:14): xem cái này đi", "Lữ Văn Mẫu"),
        ("Bạch Tuyết  09:12\nCó ai bị gọi không", "Bạch Tuyết"),
        ("Hoa Mai: có ai bị gọi không", "Hoa Mai"),
        ("Trần Thị Mẫu ở thôn bên lừa tôi", "Trần Thị Mẫu"),
        ("hôm qua anh Đỗ Mạnh Thử ở đầu ngõ cũng bị", "Đỗ Mạnh Thử"),
        ("@Giang Hồ Thử vào đọc nhé", "Giang Hồ Thử"),
        ("nhắn em qua hoamai.thu@example.org", "hoamai.thu@example.org"),
        ("căn cước số 024190000417 của bà ấy", "024190000417"),
        ("cần gì gọi chị theo số 0987 000 417 nha", "0987 000 417"),
    ],
)
def test_what_names_somebody_is_covered(text, gone):
    masked = mask_people(text)
    assert gone not in masked.text
    assert masked.covered
    assert gone in {one.written.strip() for one in masked.covered}


@pytest.mark.parametrize(
    "text",
    [
        "Có số 0912000417 gọi đến xưng công an, bảo chuyển vào stk 19001234567",
        "Ở phố Lê Thị Mẫu, chợ Hồ Thị Thử, xã Lương Thị",
        "Ở xã Tân Thử, thôn Đông Mẫu có người bán hàng giả",
        "CẢNH BÁO: không bấm vào dinhdanh.example",
        "Hotline: gọi 113 khi gấp",
        "ông công an xã có dặn rồi",
        "",
    ],
)
def test_what_an_offence_used_and_where_it_was_stays(text):
    assert mask_people(text).text == text
    assert mask_people(text).covered == ()


def test_the_same_person_keeps_the_same_number_and_another_gets_another():
    masked = mask_people("Quách Thị Thử: chị Thử nè\nanh Lê Văn Mẫu: nhờ chị Thử hỏi giúp").text
    assert masked.count("[người 1]") == 3
    assert masked.count("[người 2]") == 1
    assert "Thử" not in masked
    assert "Mẫu" not in masked


def test_covering_what_is_covered_changes_nothing():
    once = mask_people("[20:14, 3/5] Quách Thị Thử: gọi em 0987 000 417, anh Đỗ Mạnh Mẫu biết").text
    again = mask_people(once)
    assert again.text == once
    assert again.covered == ()


@pytest.mark.parametrize(
    "text",
    ["bà QUÁCH THỊ THỬ kể", "ba quach thi thu ke", "bà Quách  Thị\tThử kể", "(Quách Thị Thử)"],
)
def test_who_told_it_is_covered_however_it_is_written(text):
    shown = cover_values(text, ["Quách Thị Thử"])
    assert "ách" not in shown.lower()
    assert REPORTER_MARK in shown


@pytest.mark.parametrize("written", ["0912000418", "0912 000 418", "0912.000.418", "0912-000-418"])
def test_a_number_of_theirs_is_covered_in_every_spelling(written):
    assert cover_values(f"gọi {written} nhé", ["0912 000 418"]) == f"gọi {REPORTER_MARK} nhé"
    assert cover_values(f"gọi 9{written}7 nhé", ["0912 000 418"]) == f"gọi 9{written}7 nhé"


@pytest.mark.parametrize(
    "called",
    [
        "Bác Tư",
        "bác  tư",
        "bac tu",
        "BÁC TƯ",
        "ông Văn Tư",
        "Chú Nguyễn Văn Tư",
        "Anh. Tư",
        "em Tư",
    ],
)
def test_who_told_it_is_covered_where_a_title_calls_them(called):
    assert (
        cover_values(f"{called} gọi máy trực", ["Nguyễn Văn Tư"]) == f"{REPORTER_MARK} gọi máy trực"
    )


@pytest.mark.parametrize(
    "text",
    ["bác từ chối", "anh tự đi", "bảo tư vấn", "Bác Tứ gọi", "bác Tưởng gọi", "đầu tư", "thứ tư"],
)
def test_a_word_that_only_sounds_like_their_name_stays(text):
    assert cover_values(text, ["Nguyễn Văn Tư"]) == text


def test_a_name_that_was_typed_without_marks_is_covered_with_them_too():
    assert cover_values("Bác Tư gọi", ["nguyen van tu"]) == f"{REPORTER_MARK} gọi"


def test_one_short_word_is_a_word_like_any_other_unless_a_title_stands_before_it():
    assert (
        cover_values("An toàn là trên hết, bà An", ["An"])
        == f"An toàn là trên hết, {REPORTER_MARK}"
    )
    assert cover_values("không có gì", ["", "  "]) == "không có gì"


def test_of_a_chat_passed_on_only_those_who_wrote_in_it_are_covered():
    masked = mask_senders(
        "[20:14, 3/5] Nghiêm Thị Hỏi: ông Trần Văn Giả bảo chuyển tiền\n"
        "[20:15, 3/5] Chử Văn Nhắc: Nghiêm Thị Hỏi đừng chuyển, gọi 0912000452"
    )
    assert masked.text == (
        "[20:14, 3/5] [người 1]: ông Trần Văn Giả bảo chuyển tiền\n"
        "[20:15, 3/5] [người 2]: [người 1] đừng chuyển, gọi 0912000452"
    )


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("Hương 🌸: ai bị gọi chưa", "Hương"),
        ("🌸🌸 Hương: ai bị gọi chưa", "Hương"),
        ("Hương (Tổ 5): ai bị gọi chưa", "Hương"),
        ("mẹ bin: ai bị gọi chưa\nHoa: chưa\nmẹ bin: tôi bị rồi", "mẹ bin"),
        ("Mẹ bin: ai bị gọi chưa\nmẹ bin: tôi bị rồi, hỏi mẹ bin nhé", "bin"),
        ("An 93, [03.05.2024 09:12]:\nai bị gọi chưa", "An 93"),
        ("Lan Anh, [3 May 2024 at 09:12:33]: ai bị gọi chưa", "Lan Anh"),
        ("Lan Anh, [3/5/2024 9:12 SA]\nai bị gọi chưa", "Lan Anh"),
        ("Lan Anh 09:12 SA\nai bị gọi chưa", "Lan Anh"),
        ("[9:12 CH, 3/5/2024] Lan Anh: ai bị gọi chưa", "Lan Anh"),
        ("Lan Anh đã gửi\nai bị gọi chưa", "Lan Anh"),
        ("Lan Anh đã gửi một ảnh\nai bị gọi chưa", "Lan Anh"),
        ("Lan Anh\n09:12\nai bị gọi chưa", "Lan Anh"),
        ("Lan Anh\nHôm nay lúc 09:12\nai bị gọi chưa", "Lan Anh"),
        ("Lan Anh 🌸\n3 May 2024 at 9:12 AM\nai bị gọi chưa, Lan Anh hỏi", "Lan Anh"),
    ],
)
def test_a_name_is_covered_however_an_app_writes_it(text, gone):
    assert gone not in mask_senders(text).text
    assert "bị gọi chưa" in mask_senders(text).text


@pytest.mark.parametrize(
    "text",
    [
        "15/11 số 0912345678: gọi xưng công an",
        "10:00 Chuyển vào tk 19034567890 VCB: nội dung ma 12",
        "09:15 https://vietconbank.top",
        "09:15 vietconbank.top: đăng nhập để nhận tiền",
        "vietconbank.top 09:15",
        "Hôm nay lúc 09:12",
        "số tài khoản: 19034567890\nsố tài khoản: 19034567891",
        "Techcombank: 19034567890 NGUYEN VAN GIA",
        "tôi: alo\ncông an: chị phải chuyển tiền\ntôi: vì sao\ncông an: chị bị điều tra",
        "nhắn @cskh_vcb24 hoặc @cskh.vcb để nhận tiền",
        "Bạn đã gửi",
        "nó đã gửi một đường dẫn lạ",
    ],
)
def test_what_an_offence_is_known_by_is_nobody_who_wrote(text):
    assert mask_senders(text).text == text


def test_a_name_with_ornaments_is_the_same_person_without_them():
    masked = mask_senders("Hương 🌸: nghe tôi\nHoa Mai: Hương bị rồi\nHương (Tổ 5): đúng")
    assert masked.text == "[người 1]: nghe tôi\n[người 2]: [người 1] bị rồi\n[người 1]: đúng"
