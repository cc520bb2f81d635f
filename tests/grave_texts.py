"""Twelve texts in which somebody is in danger or has just lost everything, written for the tests.

In the way people type them at such a moment: without accents, without full stops, in haste.
"""

GRAVE = (
    "cuu voi a oi chong em say cam dao ruot 2 me con, em khoa cua ngoi trong nha tam",
    "chay roi, tang 2 day tro cho em khoi den mit mu con nguoi ket tren do",
    "be nha e 6t tan truong ve k thay dau, ban no bao co nguoi la dat len xe",
    "em vua uong het vi thuoc ngu, em met lam roi em di day",
    "ông hàng xóm vừa sờ vào người con bé nhà tôi 9 tuổi, cháu đang khóc",
    "trom dang cay khoa nha ben canh, nha do di vang, 2 thang deo khau trang",
    "bạn em bị ông chủ nhốt trong kho, bị đánh sưng mặt, không cho gọi về nhà",
    "there is a man with a knife in our dorm kitchen, we are locked in the room please come",
    "xe tai lat o doc cau, co nguoi nam bat dong duoi gam xe",
    "nuoc len ngang nguc roi, nha con ba cu 80 tuoi khong di duoc, cuu voi",
    "mẹ em vừa chuyển 400 triệu cho bọn giả công an, mới 5 phút trước thôi",
    "có người đang đứng ngoài lan can tầng 9 chung cư, la hét đòi nhảy xuống",
)
# What each of them must not wait behind: it came first, and nobody is hurt if it takes a day.
ON_PAPERS = "Cho em hỏi đăng ký tạm trú cho công nhân thì cần giấy tờ gì, nộp ở đâu?"
