"""Persons' names in what somebody typed: to ask about them, never used to find anybody."""

import re

from keng.language.fold import flatten, fold, normalise
from keng.language.indicators.patterns import SURNAMES, compile_pattern
from keng.language.masking import mask_people, names_of_people
from keng.language.spoken_names import calls_somebody_by_name


def _listed(words: str, between: str = " ") -> frozenset[str]:
    return frozenset(words.split(between))


_SURNAME = compile_pattern(SURNAMES)
# Nobody else is called so: it is a name wherever it stands.
_MIDDLE = compile_pattern(rf"(?<!\w){SURNAMES}\s+(?:van|thi)\s+[a-z]{{2,}}(?!\w)")
_MIDDLE_NAMES = _listed("van thi văn thị")
_LETTERS = re.compile(r"[^\W\d_]+")
_SHORTEST, _LONGEST = 2, 5
# Surnames are also words. With its accents the word tells which it is; without, the next one does.
ACCENTED_SURNAMES = _listed(
    "nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đinh đào đoàn lâm "
    "trương lương trịnh mai tô tạ hà cao chu giáp thân nghiêm la vi nông hứa lục châu thạch kiều "
    "quách lưu tống ông khúc phùng ngụy thái tiêu tăng lại lữ lư"
)
WORDS_THAT_ARE_NO_NAMES = _listed(
    "duong day|duong dan|duong pho|duong bo|ho khau|ho ngheo|ho so|ho dan|do xe|do dien|do rac|"
    "do choi|do an|le hoi|le tet|le phi|vu viec|vu an|vu lua|vu trom|vo chong|vo con|vo no|"
    "dang ky|dang nhap|dang bai|dang tin|dang kiem|mai dam|mai thuy|cao lai|cao toc|chu no|"
    "chu nha|chu tro|chu quan|la mat|la dao|vi pham|vi du|ha tang|to dan|to tro|to lua|to chuc|"
    "to giac|to cao|to truong|ta dao|lam phien|lam gia|lam viec|mai tang|ong chu|lai suat|"
    "lai xe|luu hanh|luu manh|giap ranh|truong hoc|truong mam|truong lop|ly do|ly hon|dao duc|"
    "dao tao|dao cat|dao ma|luong thuong|luc luong|than nhan|chau be|thai do|tieu thu|tang ca|"
    "ho chi|ong ba|chu truong|chu hang|"
    "ngo doc|ngo hem|dinh chua|tran lan|tran ap|bui ban|do hang|hoang mang|hoang so|"
    "dinh danh|dinh vi|dinh chi|dinh kem|dinh cu|dinh ky|dinh nghia|ho tro|ho chieu|ho sau|"
    "ho ca|ho boi|cao diem|cao su|cao oc|cao ap|thai lan|mai toc|mai nha|mai ton|la lung|la di|"
    "ha noi|to khai|to roi|to gian|to tieng|lam quen|lam don|lam sao|lam lai|lam them|lam phao|"
    "lam tai|lam duong|truong hop|truong phong|truong cong|do sat|do nat|do dau|do xang|"
    "do trom|do giua|do sap|phan phoi|phan hoi|phan mem|phan bon|phan rac|phan loai|phan chia|"
    "phan nan|lai cao|lai mat|lai do|vo cau|vo toi|vo cu|vi tri|vi the|vi tien|chu xe|chu tai|"
    "chu nhiem|chu nao|duong link|duong dien|duong sat|duong thuy|duong mon|duong tinh|dang co|"
    "dang bi|dang chay|dang dien|ly lich|ly thuyet|luu y|luu tru|luu kho|luu dan|khuc xuong|"
    "hua hen|luc soat|luc do|luc nay|chau nho|chau gai|chau trai|kieu moi|tang qua|tang tien|"
    "tang kem|tong dai|tong tien|tieu tien|thach thuc|thach do|nghiem trong|nghiem cam|"
    "giap tet|than the|than quen|trinh bao|trinh dien|trinh bay|lu lut|lu cuon|doan xe|"
    "doan thanh|luong cao|luong thang|ta tu|ha gia|vo nha|vu khi|vu nhuc|hoang hon|hoang da|"
    "pham toi|pham nhan|pham phap|pham vi|tran nha|tran nuoc|tran bong|tran dau|le te|"
    "bui duong|dao gam|dao kiem|nguyen lieu|nong do|nguy kich",
    between="|",
)


def names_in(text: str) -> list[str]:
    """What looks like somebody's name in a text: for whoever reads it, who may know better."""
    flat = flatten(normalise(text))
    found = names_of_people(text)
    middles = dict.fromkeys(flat.written(*match.span()) for match in _MIDDLE.finditer(flat.flat))
    # "đỏ thì sao" has no middle name: with its accents the word tells.
    middles = {one: None for one in middles if one.lower().split()[1] in _MIDDLE_NAMES}
    found += [one for one in middles if not any(one in name for name in found)]
    return sorted(found, key=flat.original.find)


def looks_like_a_name(text: str) -> bool:
    """A surname and one to four words more, "bà Tám", or what a chat would have had to cover."""
    words = _LETTERS.findall(normalise(text))
    if _MIDDLE.search(fold(text)) or any(one.what == "name" for one in mask_people(text).covered):
        return True
    if calls_somebody_by_name(words):
        return True
    if not _SHORTEST <= len(words) <= _LONGEST:
        return False
    first = words[0].lower()
    folded = [fold(word) for word in words]
    if not _SURNAME.fullmatch(folded[0]) or " ".join(folded[:2]) in WORDS_THAT_ARE_NO_NAMES:
        return False
    return first == folded[0] or first in ACCENTED_SURNAMES
