"""The part an indicator plays, as far as the words around it say so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keng.language.fold import flatten, fold
from keng.language.indicators import extract, extract_flat
from keng.language.indicators.patterns import _lists
from keng.language.indicators.roles import may_hold_own

OWN, USED, UNSAID = "reporters_own", "used_in_offence", "unknown"

ROLES = [
    ("sdt của em 0912345678", [OWN]),
    ("sđt em: 0912 345 678", [OWN]),
    ("sdt cua em la 0912345678", [OWN]),
    ("số của tôi 0912345678", [OWN]),
    ("so cua toi la 0912 345 678 nhe", [OWN]),
    ("số điện thoại của mình là 0912345678", [OWN]),
    ("lien he em qua so 0912345678", [OWN]),
    ("liên hệ tôi qua số 0912.345.678", [OWN]),
    ("Cần gì gọi em 0912345678", [OWN]),
    ("xin goi lai cho toi theo so 0912345678", [OWN]),
    ("goi cho em 0912345678 nhe, em cho", [OWN]),
    ("zalo em 0912345678", [OWN]),
    ("em là Nguyễn Văn An, sdt 0912345678", [OWN]),
    ("Tôi tên là Trần Thị Bình, 45 tuổi, ở Nếnh, số điện thoại: 0912345678", [OWN]),
    ("Họ tên: Lê Văn C. SĐT: 0912345678", [OWN]),
    ("người báo: anh Hùng sdt 0912345678", [OWN]),
    ("0912345678 là số của em", [OWN]),
    ("0912345678 (số em)", [OWN]),
    ("sdt e 0912345678", [OWN]),
    ("đt nhà em 0912345678", [OWN]),
    ("số mẹ em 0912345678 bị gọi liên tục", [OWN]),
    ("sdt vợ tôi là 0912345678", [OWN]),
    ("em bị số 0912345678 gọi", [USED]),
    ("số 0912345678 gọi cho em", [USED]),
    ("so 0912345678 goi cho me toi xung cong an", [USED]),
    ("có số lạ 0912345678 nhắn tin doạ em", [USED]),
    ("nó gọi em bằng số 0912345678", [USED]),
    ("nó gọi cho em từ số 0912345678", [USED]),
    ("cuộc gọi đến từ 0912345678", [USED]),
    ("số gọi đến: 0912345678", [USED]),
    ("so goi den 0912345678", [USED]),
    ("gọi từ số 0912345678 xưng là điện lực", [USED]),
    ("sdt cua no 0912345678", [USED]),
    ("số của em gái 0912345678", [UNSAID]),
    ("số của em nó là 0912345678", [UNSAID]),
    ("lh em 0912345678 vay nhanh giải ngân trong ngày", [UNSAID]),
    ("tuyển người bán, lương cao, liên hệ em qua zalo 0912345678", [UNSAID]),
    ("ai thay thi goi 0912345678", [UNSAID]),
    ("hotline 0912345678", [UNSAID]),
    ("người đó liên hệ em qua số zalo 0912345678", [USED]),
    ("no lien lac toi qua so 0912345678", [USED]),
    ("toi chuyen vao stk 1033445577 mb", [USED]),
    ("tôi chuyển 5 triệu vào stk 1033445577", [USED]),
    ("stk của em 1033445577 bị khoá", [OWN]),
    ("tk mb cua toi 1033445577 bi tru tien", [OWN]),
    ("xe của em 98A-123.45 bị đập kính", [OWN]),
    ("em mất xe máy 98B1-123.45", [OWN]),
    ("đối tượng đi xe 98A-123.45", [USED]),
    ("xe 98A-123.45 đỗ sai", [UNSAID]),
    ("bấm vào link abc-xyz.top", [USED]),
    ("trang dichvucong.gov.vn bấm vào không được", [UNSAID]),
    ("em thấy web abc-xyz.top", [UNSAID]),
    ("số 0912345678 và 0987654321 gọi doạ em", [USED, USED]),
    ("bị số 0912345678, 0987654321 gọi", [USED, USED]),
    ("sdt em 0912345678 còn số nó 0987654321", [OWN, UNSAID]),
    ("em là thợ, số 0912345678 gọi lừa em", [USED]),
    ("Tôi là thợ may, 0912345678 gọi xưng là công an", [UNSAID]),
    ("Mong các anh liên hệ lại với tôi qua 0912345678", [OWN]),
    ("can goi toi so 0912345678 gap Lan", [OWN]),
    ("fb em facebook.com/lan.bg", [OWN]),
    ("số dt con tôi 0912345678", [OWN]),
    ("sdt chau 0912345678", [OWN]),
    ("số của con mụ đó 0912345678", [UNSAID]),
    ("hôm qua gọi cho tôi số 0912345678", [USED]),
    ("nhan tin cho toi qua so 0912345678 roi lua", [USED]),
    ("tôi dùng số 0912345678", [OWN]),
    ("em để lại sđt 0912345678 nhé", [OWN]),
    ("nó lừa tôi dùng số 0912345678", [UNSAID]),
    ("My number is +84 912 345 678", [OWN]),
    ("my phone is 0912345672", [OWN]),
    ("my number’s 0912345678", [OWN]),
    ("My phone number (Zalo) is 0912345678", [OWN]),
    ("My WeChat number is +86 138 0013 8000", [OWN]),
    ("my Korean phone: +82 10-1234-5678", [OWN]),
    ("my wife's number is 0912345678", [OWN]),
    ("Call me back at 0912 345 671", [OWN]),
    ("you can reach me on 0912345672", [OWN]),
    ("They can call me on 0912345678", [OWN]),
    ("Please contact me via Zalo 0912345678", [OWN]),
    ("Give me a call on 0912345678", [OWN]),
    ("I can be reached at 0912345678", [OWN]),
    ("text me: 0912345678", [OWN]),
    ("0912345678 is my number", [OWN]),
    ("0912345678 (my number)", [OWN]),
    ("I am Nguyen Van An, 0912345678", [OWN]),
    ("My name is John Smith, phone 0912345678", [OWN]),
    ("They call me on 0912345678 every day", [UNSAID]),
    ("He called me from 0912345678", [UNSAID]),
    ("My phone was called by 0912345678", [UNSAID]),
    ("I am being called by phone 0912345678", [UNSAID]),
    ("I'm scared, number 0912345678 threatened me", [UNSAID]),
    ("The man told me to call 0912345678", [UNSAID]),
    ("my boss's number is 0912345678", [UNSAID]),
    ("chị My zalo 0912345678", [UNSAID]),
]


@pytest.mark.parametrize(("text", "roles"), ROLES)
def test_a_role_is_given_only_by_a_clear_context(text: str, roles: list[str]) -> None:
    assert [one.context_role for one in extract(text)] == roles


@pytest.mark.parametrize(("text", "roles"), ROLES)
def test_the_role_is_the_same_without_accents(text: str, roles: list[str]) -> None:
    assert [one.context_role for one in extract(fold(text))] == roles


def _any_of(*names: str) -> st.SearchStrategy[str]:
    """A phrase of these lists, with something between it and the next one."""
    listed = [one.replace("_", " ") for name in names for one in _lists()[name]]
    joints = st.sampled_from(
        [" ", " ", " ", "", "  ", ": ", ", ", ". ", " - ", " (", "\n", " cua "]
    )
    return st.builds(str.__add__, st.sampled_from(listed), joints)


_NUMBERS = st.sampled_from(
    [
        "0912345678",
        "0912 345 678",
        "+84912345678",
        "(0204) 3854111",
        "O9l2 345 678",
        "19001234",
        "zalo.me/0912345678",
        "fb.com/abc",
        "0912345678 và 0987654321",
    ]
)
_OWNERS = _any_of("me") | st.builds(str.__add__, _any_of("kin"), _any_of("me"))
_SAID = st.one_of(
    _OWNERS,
    _OWNERS,
    _NUMBERS,
    _NUMBERS,
    _any_of("own_number", "social"),
    _any_of("own_filler"),
    _any_of("reach", "reach_filler"),
    _any_of("form_field", "contact", "surname"),
    _any_of("now", "uses"),
    _any_of("en_number", "en_kind_of", "en_kin", "en_filler"),
    _any_of("en_reach", "en_reached", "en_ring"),
    st.sampled_from(["my ", "our ", "me ", "us ", "i am ", "i'm ", "i can be ", "is mine", "(my "]),
    st.sampled_from(["my name is ", "my phone ", "reach me ", "is my phone", "My\tnumber "]),
    st.sampled_from(["la ", "ten ", "ten la ", "cua ", "day: ", "x" * 100]),
)


@given(st.lists(_SAID, min_size=2, max_size=7).map("".join))
def test_the_cheap_look_passes_over_no_number_of_the_reporters_own(text: str) -> None:
    flat = flatten(text)
    own = [
        one
        for one in extract_flat(flat)
        if one.context_role == OWN and one.type in ("phone", "url")
    ]
    assert may_hold_own(flat.flat) or not own
