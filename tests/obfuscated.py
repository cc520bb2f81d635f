"""Indicators as people hide them, and everyday sentences that hold none: made by seeded chance.

Every number, link and plate is made up: mobile numbers have three noughts, names of sites are put
together here. `hidden_indicator(chance)` is a sentence and what it holds, `everyday(chance)` one
with dates, prices, times, ages, house numbers, lots and codes.
"""

import random
import unicodedata
from typing import NamedTuple

from keng.language.fold import fold


class Hidden(NamedTuple):
    """A sentence, and the one indicator in it: its type, its value, where it stands."""

    text: str
    type: str
    value: str
    start: int
    end: int


def hidden_indicator(chance: random.Random) -> Hidden:
    """A phone, an account, a link or a plate, hidden in one way or several."""
    kind = chance.choice(("phone", "bank_account", "url", "plate"))
    value, written = {
        "phone": _phone,
        "bank_account": _account,
        "url": _link,
        "plate": _plate,
    }[kind](chance)
    before, after = chance.choice(_AROUND[kind])
    way = chance.choice(_WAYS)
    before, after = way(before), way(after)
    if chance.random() < 0.2:
        before, after = _leet(before, chance), _leet(after, chance)
    if chance.random() < 0.1:
        before = before.replace("đ", "d").upper() if kind != "plate" else before.upper()
    start = len(before)
    return Hidden(before + written + after, kind, value, start, start + len(written))


def _phone(chance: random.Random) -> tuple[str, str]:
    prefix = chance.choice(("032", "035", "038", "056", "058", "070", "079", "081", "086", "091"))
    prefix = chance.choice((prefix, "096", "098", "090", "093", "088"))
    digits = f"{prefix}000{chance.randrange(10**4):04d}"
    way = chance.randrange(9)
    if way == 0:
        written = _grouped(digits, chance)
    elif way == 1:
        written = chance.choice(("+84", "84", "0084", "(+84)", "+84 ", "(+84) ")) + digits[1:]
    elif way == 2:
        written = (
            "+84" + chance.choice((" ", ".", "-")) + _grouped(digits[1:], chance, sizes=(3, 2))
        )
    elif way == 3:
        written = _with_letters(digits, chance)
    elif way == 4:
        written = "".join(chr(ord(c) + 0xFEE0) for c in digits)
    elif way == 5:
        written = "".join(f"{c}\ufe0f\u20e3" for c in digits)
    elif way == 6:
        written = "\u200b".join((digits[:4], digits[4:7], digits[7:]))
    elif way == 7:
        picture = chance.choice(_PICTURES)
        written = picture.join((digits[:4], digits[4:7], digits[7:]))
    else:
        written = "".join(chr(0x1D7CE + int(c)) for c in digits)
    return f"+84{digits[1:]}", written


def _account(chance: random.Random) -> tuple[str, str]:
    length = chance.choice((9, 10, 12, 13, 14))
    digits = chance.choice("123456789") + "".join(
        chance.choice("0123456789") for _ in range(length - 1)
    )
    if digits.endswith("000") or digits.startswith(("84", "19", "18")):
        digits = "7" + digits[1:-1] + "7"
    way = chance.randrange(4)
    if way == 0:
        written = digits
    elif way == 1:
        written = _grouped(digits, chance)
    elif way == 2:
        written = "".join(chr(ord(c) + 0xFEE0) for c in digits)
    else:
        written = "\u200b".join((digits[:4], digits[4:8], digits[8:]))
    return digits, written


def _link(chance: random.Random) -> tuple[str, str]:
    first, second = chance.choice(_SITE_WORDS), chance.choice(_SITE_WORDS)
    name = chance.choice((f"{first}-{second}", f"{first}{second}{chance.randrange(10, 99)}"))
    ending = chance.choice(
        ("com", "cc", "top", "vip", "xyz", "net", "shop", "com.vn", "info", "online")
    )
    host = f"{name}.{ending}"
    path = chance.choice(("", "", "/login", "/app.apk", "/nhan-qua?id=7"))
    spelled_dot = chance.choice(("chấm", "cham", "dot", ".", "[.]", "(dot)", "[cham]"))
    ways = [
        host + path,
        f"http://{host}{path}",
        f"hxxps://{host}{path}",
        host.replace(".", "[.]") + path,
        host.replace(".", "(.)") + path,
        f"https://www.{host.upper()}{path}",
        f"hxxp[:]//{host.replace('.', '[.]')}{path}",
        f"{_look_alike(name, chance)}.{ending}{path}",
        "".join(chr(ord(c) + 0xFEE0) for c in host) + path,
        f"{name[:3]}\u200b{name[3:]}.{ending}{path}",
    ]
    if "." not in ending and not path:
        ways += [f"{name} {spelled_dot} {ending}"] * 2
    return host + path, chance.choice(ways)


def _plate(chance: random.Random) -> tuple[str, str]:
    province = chance.choice(("98", "99", "29", "30", "15", "34", "12", "20", "88", "14"))
    letter = chance.choice("ABCDEFGHKLM")
    is_car = chance.random() < 0.5
    series = letter if is_car else f"{letter}{chance.randrange(1, 10)}"
    number = f"{chance.randrange(10**5):05d}"
    value = f"{province}{series}{number}"
    way = chance.randrange(6)
    dotted = f"{number[:3]}.{number[3:]}"
    if way == 0:
        written = f"{province}{series}-{dotted}"
    elif way == 1:
        written = f"{province}{series} {dotted}"
    elif way == 2:
        written = f"{province}-{series} {dotted}"
    elif way == 3:
        written = (
            f"{province}{series.lower()}{number}" if is_car else f"{province}{series}-{number}"
        )
    elif way == 4:
        written = f"{province}{series}.{number}"
    else:
        written = f"{province}{series} - {dotted}"
    return value, written


def _grouped(digits: str, chance: random.Random, sizes: tuple[int, ...] = (1, 2, 3, 4)) -> str:
    size = chance.choice(sizes)
    joint = chance.choice((" ", ".", "-", " . ", " - ", "_", "·", "*", "•", "~"))
    return joint.join(digits[at : at + size] for at in range(0, len(digits), size))


def _with_letters(digits: str, chance: random.Random) -> str:
    """Letters for a few noughts and ones."""
    letters = {"0": "oOоО", "1": "lIi"}
    made, left = [], 3
    for character in digits:
        if character in letters and left and chance.random() < 0.5:
            made.append(chance.choice(letters[character]))
            left -= 1
        else:
            made.append(character)
    return "".join(made)


def _look_alike(name: str, chance: random.Random) -> str:
    made = [
        _SAME_LOOK[c] if c in _SAME_LOOK and chance.random() < 0.4 else c
        for c in unicodedata.normalize("NFC", name)
    ]
    made[0] = name[0]
    return "".join(made)


def _leet(text: str, chance: random.Random) -> str:
    leet = {"o": "0", "a": "4", "i": "1", "e": "3"}
    return "".join(
        leet[c] if c in leet and at % 3 and chance.random() < 0.3 else c
        for at, c in enumerate(text)
    )


_SAME_LOOK = {"a": "а", "e": "е", "o": "о", "c": "с", "p": "р", "x": "х", "i": "і", "y": "у"}
_PICTURES = ("🔥", "📞", "❤️", "⭐", "☎️")
_SITE_WORDS = (
    "vneid",
    "nhanqua",
    "shopvip",
    "hoantien",
    "capnhat",
    "dvcong",
    "thuevn",
    "vaynong",
    "saleoff",
    "ebank",
)
_WAYS = (str, fold, lambda text: unicodedata.normalize("NFD", text), str)
_AROUND: dict[str, tuple[tuple[str, str], ...]] = {
    "phone": (
        ("số ", " gọi xưng công an doạ bắt"),
        ("mọi người cẩn thận số ", " nhắn tin lừa nhé"),
        ("nó đưa sđt ", " bảo kết bạn zalo"),
        ("liên hệ ", " để vay tiền nhanh"),
        ("zalo ", " bán hàng giả"),
        ("Có đứa dùng ", ", gọi suốt đêm"),
        ("gọi lại số điện thoại ", " thì tắt máy"),
        ("sdt: ", "."),
    ),
    "bank_account": (
        ("bắt chuyển vào stk ", " MB Bank"),
        ("số tài khoản ", " Vietcombank tên LE VAN B"),
        ("nó gửi stk ", " rồi chặn"),
        ("ck tiền cọc vào tk ", " agribank nhé"),
        ("STK: ", " - ACB"),
        ("chuyển khoản đến số tài khoản ", ", sau đó khoá máy"),
        ("tk nhận ", " BIDV"),
    ),
    "url": (
        ("đừng bấm vào link ", " nhé mọi người"),
        ("nó gửi link ", " bảo đăng nhập"),
        ("web ", " lừa đảo"),
        ("truy cập ", " để nhận quà"),
        ("trang web ", " không cho rút tiền"),
        ("vào ", " nhập mã otp"),
    ),
    "plate": (
        ("xe biển số ", " bỏ chạy"),
        ("ô tô BKS ", " lấn làn"),
        ("xe máy biển ", " bị mất đêm qua"),
        ("bks ", " đâm người rồi chạy"),
        ("xe tải biển kiểm soát ", " chở đất rơi vãi"),
    ),
}


def everyday(chance: random.Random) -> str:
    """A sentence that holds no phone, account, link or plate."""
    text = chance.choice(_EVERYDAY)
    for name, make in _BLANKS.items():
        while name in text:
            text = text.replace(name, make(chance), 1)
    if chance.random() < 0.3:
        text += " " + chance.choice(_ENDS)
    return chance.choice(_WAYS)(text)


def _date(chance: random.Random) -> str:
    day, month, year = chance.randint(1, 28), chance.randint(1, 12), chance.randint(2019, 2027)
    return chance.choice(
        (
            f"{day}/{month}/{year}",
            f"{day:02d}.{month:02d}.{year}",
            f"{day}-{month}-{year}",
            f"ngày {day} tháng {month} năm {year}",
            f"{day}/{month}",
            f"{day} tháng {month}, {year}",
        )
    )


def _price(chance: random.Random) -> str:
    n = chance.randint(1, 999)
    return chance.choice(
        (
            f"{n}k",
            f"{n}.000đ",
            f"{n} nghìn",
            f"{n} triệu",
            f"{n}.{chance.randint(0, 999):03d}.000 đồng",
            f"{n},{chance.randint(0, 999):03d},000 VND",
            f"{n}tr{chance.randint(1, 9)}",
            f"{n} ngàn rưỡi",
            f"{n}000đ",
            f"{n} USD",
        )
    )


def _time(chance: random.Random) -> str:
    hour, minute = chance.randint(0, 23), chance.randint(0, 59)
    return chance.choice(
        (f"{hour}h{minute:02d}", f"{hour}:{minute:02d}", f"{hour}h", f"{hour} giờ {minute} phút")
    )


def _house(chance: random.Random) -> str:
    n, m, k = chance.randint(1, 900), chance.randint(1, 99), chance.randint(1, 30)
    return chance.choice(
        (
            f"số {n}",
            f"{n}/{m}",
            f"{n}/{m}/{k}",
            f"{n}A",
            f"lô {k}B-{m}",
            f"căn {n}{m:02d}",
            f"ngõ {n}",
        )
    )


def _age(chance: random.Random) -> str:
    n = chance.randint(1, 95)
    return chance.choice((f"{n} tuổi", f"{n}t", f"sinh năm {2026 - n}", f"{n} tháng tuổi"))


def _size(chance: random.Random) -> str:
    n = chance.randint(2, 2000)
    return chance.choice(
        (f"{n}m2", f"{n} mét", f"{n}kg", f"{n} người", f"{n}%", f"{n} km", f"{n} tấn", f"{n} lít")
    )


def _score(chance: random.Random) -> str:
    return chance.choice(
        (
            f"{chance.randint(0, 5)}-{chance.randint(0, 5)}",
            f"{chance.randint(5, 9)},{chance.randint(0, 9)} điểm",
            f"{chance.randint(5, 9)}.{chance.randint(0, 9)}{chance.randint(0, 9)}",
        )
    )


def _code(chance: random.Random) -> str:
    n = chance.randint(10**8, 10**9 - 1)
    return chance.choice(
        (
            f"CCCD 024{n}",
            f"mã đơn hàng {n}",
            f"mã số thuế 2400{n % 10**6:06d}",
            f"số hợp đồng {n}",
            f"mã vận đơn SPX{n}",
            f"mã OTP {n % 10**6:06d}",
            f"quyết định {n % 999}/QĐ-UBND",
            f"thông tư {n % 99}/2024/TT-BCA",
            f"BHYT mã thẻ {n}",
            f"mã hồ sơ {n}",
            f"số CMND {n}",
            f"hoá đơn số {n % 10**7:07d}",
        )
    )


def _room(chance: random.Random) -> str:
    n = chance.randint(1, 12)
    return chance.choice(
        (
            f"lớp {n}A{chance.randint(1, 9)}",
            f"phòng {n}0{chance.randint(1, 9)}",
            f"tổ {n}",
            f"khu {n}B",
        )
    )


_BLANKS = {
    "@date": _date,
    "@price": _price,
    "@time": _time,
    "@house": _house,
    "@age": _age,
    "@size": _size,
    "@score": _score,
    "@code": _code,
    "@room": _room,
}
_ENDS = (
    "Xin cảm ơn.",
    "Mong xem giúp ạ.",
    "v.v...",
    "TP.BN nhé",
    "em cảm ơn nhiều ạ :))",
    "Bác nào biết chỉ giúp.",
    "gọi 113 hoặc 114 nếu cần",
)
_EVERYDAY = (
    "Hôm @date nhà em ở @house bị mất điện từ @time đến @time",
    "cho hỏi làm hộ chiếu hết @price đúng không, nộp lúc @time được không",
    "Con tôi @age học @room, hôm qua được @score",
    "Họp tổ dân phố @time ngày @date tại @house, đóng @price mỗi hộ",
    "Thịt lợn lên @price một cân, @size mua hết @price",
    "Xe bus chạy từ @time, vé @price, đi khoảng @size",
    "Em bị mất ví có @price và giấy tờ, @code, ai nhặt được cho em xin",
    "Đất nhà tôi @size ở @house, tranh chấp từ @date",
    "Đội thôn thắng @score, thưởng @price",
    "Ông cụ @age đi lạc từ @time ngày @date, mặc áo xanh",
    "Quán mở nhạc to từ @time tới @time, cách nhà em @size",
    "Tôi cần hỏi về @code, nộp ngày @date",
    "nước nhà em bị đục từ @date đến nay, @size chung đường ống",
    "Trường thu @price một cháu, @room có @size",
    "lễ hội từ @date đến @date, vé vào cửa @price",
    "đường trước @house hỏng dài @size, mưa là ngập",
    "Bà @age ở @house cần xe đi viện lúc @time",
    "mua máy giặt @size giá @price, bảo hành đến @date",
    "Hàng xóm ở @room nuôi chó, @size kêu suốt từ @time",
    "cháu @age sốt @score độ, uống thuốc lúc @time",
    "Lương tháng này @price, tăng @size so với @date",
    "Em làm lại @code được chưa ạ, hẹn @date mà đến @time vẫn chưa có",
    "Chợ phiên họp @time các ngày 2, 7, 12, 17, 22, 27 trong tháng",
    "QL31 đoạn km @size đang sửa, tránh giờ @time",
    "tk của em bị trừ @price lúc @time ngày @date",
    "vay @price trả góp 12 tháng, lãi @size một năm",
    "Nhà @house xây lấn @size sang ngõ chung, đo ngày @date",
    "Thi ngày @date, @room, cần @score mới đỗ",
    "xin nghỉ học cho con @age ngày @date vì ốm",
    "Nhặt được chùm chìa khoá và @price ở cổng chợ lúc @time, ai mất tới @house nhận",
)
