"""Who says their own name is not shown by it; names of others, and what people are, stay."""

import unicodedata

import pytest

from keng.language.reporters_own import CUT_MARK, cut_reporters_own

OWN = [
    ("Tôi tên Nguyễn Văn Tèo nhà số 12. Hàng xóm đánh vợ", ["Nguyễn Văn Tèo", "12"]),
    ("toi ten nguyen van teo nha so 12 hang xom danh vo", ["nguyen van teo", "12"]),
    ("TÔI TÊN NGUYỄN VĂN TÈO NHÀ SỐ 12 HÀNG XÓM ĐÁNH VỢ", ["NGUYỄN VĂN TÈO", "12"]),
    ("tôi tên là Trần Thị Bé, hàng xóm nấu rượu lậu", ["Trần Thị Bé"]),
    ("Em tên Lan. Chủ trọ giữ căn cước của em", ["Lan"]),
    ("em ten lan o ngo 5, chu tro danh con", ["lan", "5"]),
    ("em là Lan ở ngõ 5, hàng xóm nhà số 7 đánh vợ", ["Lan", "5"]),
    ("Em là Thu Hà ở số nhà 34/2, bên cạnh có đánh bạc", ["Thu Hà", "34/2"]),
    ("tôi là Nguyễn Văn An. Xưởng bên cạnh đổ hoá chất", ["Nguyễn Văn An"]),
    ("toi la nguyen thi lan, xuong ben canh do hoa chat", ["nguyen thi lan"]),
    ("Tôi là Lê Văn Cường, 45 tuổi, nhà số 8, báo có trộm", ["Lê Văn Cường", "8"]),
    ("Dạ em tên Hoa ạ, có người bám theo em", ["Hoa"]),
    ("Chào các anh chị, em tên là Phạm Minh Đức", ["Phạm Minh Đức"]),
    ("Chào công an, tôi tên Đặng Thị Mai ở phòng 203 khu trọ", ["Đặng Thị Mai", "203"]),
    ("Thưa cán bộ tôi là Bùi Văn Khoa, ngụ số 15 ngõ 4", ["Bùi Văn Khoa", "15", "4"]),
    ("Cháu tên Minh, bố đánh mẹ cháu", ["Minh"]),
    ("chau ten la minh, bo danh me chau", ["minh"]),
    ("Tên tôi là Hoàng Văn Thụ. Có người bán ma tuý", ["Hoàng Văn Thụ"]),
    ("Tên của em là Ngọc, em bị chặn đường", ["Ngọc"]),
    ("ten em la tran thi hoa bi chu tro danh", ["tran thi hoa"]),
    ("Tên đầy đủ của mình: Vũ Thị Hạnh", ["Vũ Thị Hạnh"]),
    ("Mình tên Quỳnh Anh, mình thấy nó bán pháo", ["Quỳnh Anh"]),
    ("Tui tên Sáu, nhà tui số 3 mà sát chỗ đánh bạc", ["Sáu"]),
    ("Họ tên: Lê Văn Cường. Nhà bị trộm", ["Lê Văn Cường"]),
    ("Họ và tên: Đỗ Thị Nga, số nhà 21\nBên cạnh có mùi lạ", ["Đỗ Thị Nga", "21"]),
    ("Người báo: Phan Văn Bình. Xe tải đổ trộm rác", ["Phan Văn Bình"]),
    ("Người báo tên là Phan Văn Bình, xe tải đổ trộm rác", ["Phan Văn Bình"]),
    ("Người báo nói tên em là Phan Văn Bình. Xe tải đổ trộm rác", ["Phan Văn Bình"]),
    ("Tên người báo: Phan Văn Bình", ["Phan Văn Bình"]),
    ("Có đánh bạc ở cuối xóm. Ký tên: Trương Văn Sơn", ["Trương Văn Sơn"]),
    ("Tôi, Nguyễn Văn Lợi, xin báo một vụ đánh bạc", ["Nguyễn Văn Lợi"]),
    ("Tôi Hồ Thị Sen xin báo có người đốt rác", ["Hồ Thị Sen"]),
    ("Tôi xin tự giới thiệu tên là Ngô Văn Hải", ["Ngô Văn Hải"]),
    ("Có kẻ đánh người. Em tên Tú. Em sợ lắm", ["Tú"]),
    ("Tôi tên Lý A Sử, nhà số 9, ngõ 12, phường Nếnh", ["Lý A Sử", "9", "12"]),
    ("em tên Võ Thị Sáu. Ký tên Võ Thị Sáu", ["Võ Thị Sáu", "Võ Thị Sáu"]),
    ("My name is John Smith. My neighbour beats his wife", ["John Smith"]),
    ("my name is john and my neighbour beats his wife", ["john"]),
    ("My name is Anna, house number 12, someone follows me", ["Anna", "12"]),
    ("I am Nguyen Van An and I saw a theft", ["Nguyen Van An"]),
    ("I'm Mary Jones, I live at room 203. They gamble next door", ["Mary Jones", "203"]),
    ("我叫张伟，住在12号，邻居打人", ["张伟", "12"]),
    ("Dạ chào anh chị, em là Trần Thị Lan ạ, em ở số 5 ngõ 7", ["Trần Thị Lan", "5", "7"]),
    ("Tôi Là Nguyễn Văn Tèo Nhà Số 12 Hàng Xóm Đánh Vợ", ["Nguyễn Văn Tèo", "12"]),
    ("tôi họ Nguyễn tên Tèo nhà số 12, có trộm", ["Tèo", "12"]),
    ("My name is Nguyen Thi Hoa. I live at house number 12", ["Nguyen Thi Hoa", "12"]),
    ("我叫李明住在幸福路12号", ["李明", "12"]),
    ("我的名字是李小龙。有人赌博", ["李小龙"]),
    ("你好，我叫王芳。", ["王芳"]),
    ("제 이름은 김민수입니다. 옆집에서 싸워요", ["김민수"]),
    ("저는 박지훈이라고 합니다. 도와주세요", ["박지훈"]),
]
NOT_OWN = [
    "tôi là công an phường, báo có trộm",
    "Tôi Là Công An ở phường này",
    "tôi là nạn nhân của vụ lừa đảo",
    "em là sinh viên ở trọ, bị giữ giấy tờ",
    "Em là Sinh Viên ở phòng trọ",
    "toi la sinh vien o tro nha so 12",
    "em là hàng xóm ở nhà số 7",
    "Tôi là người dân ở thôn 3",
    "tôi là vợ anh Hùng, anh ấy đánh tôi",
    "toi la vo anh hung nha so 5",
    "tôi là chủ trọ ở ngõ 5",
    "Tôi là Trưởng thôn, ở đây có đánh bạc",
    "Em là công nhân nhà máy ở khu công nghiệp",
    "tôi là mẹ cháu bé bị bạn đánh",
    "Em là Đoàn viên ở phường",
    "em là nữ, 20 tuổi, bị bám theo",
    "Hàng xóm tên Nguyễn Văn Hùng đánh vợ",
    "chồng em tên là Nguyễn Văn Hùng, nhà số 12, đánh em",
    "Chồng tôi là Trần Văn Ba hay đánh tôi",
    "Chủ trọ của em tên Lê Thị Hoa giữ căn cước",
    "hàng xóm của tôi là Trần Văn Bình bán ma tuý",
    "Người lừa em là Trần Thị Thu, tài khoản 1033445577",
    "Kẻ đánh tôi là Nguyễn Văn Cường ở nhà số 9",
    "Sếp tôi tên Kim Văn Dũng giữ lương",
    "Chị em tên Hoa bị chồng đánh",
    "Có người gọi tự xưng: tôi là Nguyễn Văn Hùng, công an phường",
    "Nó bảo tôi là Trần Văn Ba, gửi tiền đi",
    "Một người gọi đến nói: tôi tên Lê Văn Tám ở ngân hàng",
    "Hắn giới thiệu tên tôi là Hùng, làm ở toà án",
    "Đối tượng lừa đảo. Họ tên: Trần Văn Bảo, quê Hà Nam",
    "Nghi phạm có họ tên Nguyễn Văn Chiến",
    "Nguyễn Văn Tèo nhà số 12 đánh vợ",
    "Tên tôi nghi là Nguyễn Văn Bình ở xóm dưới",
    "Tên trộm là Nguyễn Văn Nam, nhà số 4",
    "em tên gì không quan trọng, ở đây có đánh bạc",
    "Tôi tên thì không tiện nói",
    "Em trai tôi tên Đức bị bắt nạt",
    "Em ấy tên Lan học lớp 5",
    "tôi không biết nó tên gì, nhà số 12",
    "Tôi thấy Nguyễn Văn Tèo bán pháo",
    "Tôi nghi Trần Văn Bình trộm xe",
    "Nhà số 12 đánh bạc, em ở gần đó",
    "Em là Thái Lan sang đây làm việc",
    "My husband's name is John Smith and he beats me",
    "His name is Peter, house number 12",
    'The caller said: "My name is Captain Tran, police"',
    "I am Vietnamese and I live here",
    "My name is not important",
    "I'm Police Officer",
    "Tôi là Phó Giám Đốc ở công ty",
    "Em là Việt Nam ở nước ngoài về",
    'Có tin nhắn: "Tôi là Trần Văn Ba, ngân hàng"',
    "This is John Smith from the bank, he said",
    "제 이름은 비밀입니다",
    "我叫他走开，他打我",
    "我叫警察了，没有人来",
    "我是学生，住12号",
    "他叫张伟，住在12号",
    "저는 학생입니다",
    "남편 이름은 김민수입니다",
]


@pytest.mark.parametrize(("text", "pieces"), OWN)
def test_who_says_their_name_is_not_shown_by_it(text: str, pieces: list[str]) -> None:
    shown, found = cut_reporters_own(text)
    assert found == pieces
    for piece in pieces:
        shown = shown.replace(CUT_MARK, piece, 1)
    assert shown == text


@pytest.mark.parametrize("text", NOT_OWN)
def test_names_of_others_and_what_people_are_stay(text: str) -> None:
    assert cut_reporters_own(text) == (text, [])


def test_there_are_forty_sentences_each_way() -> None:
    assert min(len(OWN), len(NOT_OWN)) >= 40


def test_the_house_of_the_neighbour_stays() -> None:
    shown, pieces = cut_reporters_own("Tôi tên Trần Văn Ba nhà số 12, hàng xóm nhà số 14 đánh vợ")
    assert pieces == ["Trần Văn Ba", "12"]
    assert "nhà số 14" in shown


def test_marks_typed_apart_make_no_difference() -> None:
    text = unicodedata.normalize("NFD", "Tôi tên Nguyễn Văn Tèo nhà số 12. Hàng xóm đánh vợ")
    _shown, pieces = cut_reporters_own(text)
    assert [unicodedata.normalize("NFC", each) for each in pieces] == ["Nguyễn Văn Tèo", "12"]
