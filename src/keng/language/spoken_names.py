"""What people are called in everyday speech: a word of kinship and a given name, "bà Tám"."""

from itertools import pairwise

from keng.language.fold import fold


def _listed(words: str, between: str = " ") -> frozenset[str]:
    return frozenset(words.split(between))


_TITLES = _listed("anh chị cô chú bác ông bà em cậu dì mợ thím thầy cháu cụ")
# These have no marks to tell them by, and no other meaning where the words around them have marks.
_BARE_TITLES = _listed("anh em")
# Typed without accents; "di", "thay", "cau", "mo" are nearly always another word.
_TYPED_TITLES = _listed("anh chi co chu bac ong ba em thim")
_GIVEN = _listed(
    "an ánh bảo bắc bích bình châu chi chiến chính chung cúc cương cường dung dũng duy duyên dương "
    "đạt điệp đông đức giang hà hải hảo hạnh hằng hậu hiên hiền hiếu hiệp hiển hoa hoà hòa hoài "
    "hoan hoàn hoàng hồng huân huệ hùng huy huyền hưng hương hướng hường khang khánh khiêm khoa "
    "khôi kiên kiệt kiều kim lam lan lâm lân lê liên liễu linh loan long lộc lợi luân lương ly lý "
    "mai mạnh mận minh my mỹ na nam nga ngà ngân nghĩa nghị ngoan ngọc nguyên nguyệt nhàn nhân "
    "nhâm nhi nhung như oanh phát phong phú phúc phương phước phượng quân quang quảng quốc quý "
    "quyên quyền quyết quỳnh sang sen sinh sơn sự tài tâm tân tấn thái thanh thành thao thảo thạch "
    "thắm thắng thân thịnh thoa thọ thơ thu thuần thuận thuỳ thùy thuỷ thủy thuý thúy thư thương "
    "tiên tiến tiệp tín tĩnh tính toàn toản trang trâm trí trinh trọng trung trúc trường tuân tuấn "
    "tùng tuyên tuyến tuyết tú uyên vân vi việt vinh vĩnh vũ vượng vy xuân xuyến yên yến "
    "hai ba tư năm sáu bảy tám chín mười út"
)
# Without accents these are mostly something else: tin, lợi ích, tính, lần, sang đường.
TYPED_GIVEN_NAMES = frozenset(map(fold, _GIVEN)) - _listed(
    "tin loi tinh sang truong chung chinh ly so su bac nghi thao la huong nhan"
)
_ORDINARY = {
    "anh": _listed("ba chi em nen"),
    "chi": _listed("anh ba em hai huy minh nam nhu quyen sinh tien tai thi tri"),
    "co": _listed(
        "ba bao chi dong dung hai hieu khoa le lien luc minh muoi nam nga ngan nghia nhu phong phu "
        "phuc phuong quan quyen sau sinh tai tam tan thai tien trang trong tu vi vu"
    ),
    "chu": _listed("hang hoa kim long luc minh nhu phuong quan quyen thuong trinh tu"),
    "bac": _listed(
        "an binh cuong dong giang ha hai hoa hoan hong hung khanh kim lam lieu my nam phong phu "
        "quang quy quynh son tan thai thanh thuan thuy tien trung viet xuan yen"
    ),
    "ong": _listed("ba dong kinh phuong"),
    "ba": _listed(
        "anh ba chi kim muoi my nam phong quan sinh tai thang thu tien trung vi na tri xuyen"
    ),
    "em": _listed("anh ba bao chau chi hai minh nhu vi"),
}
# The second word belongs to the third: "ba chi nhánh", "chị hàng xóm", "anh thành phố".
_GO_ON = _listed(
    "chi nhanh|chi tiet|chi phi|chi tra|chi cuc|cuc thue|hang xom|hang nuoc|hang hoa|hoa don|"
    "hoa chat|hoa qua|ngan hang|duong day|duong pho|duong dan|duong bo|phuong tien|phuong nenh|"
    "thanh pho|thanh toan|thanh nien|lien quan|lien he|lien ket|thuong tich|trung tam|trung uong|"
    "thu tuc|thu doan|thu phi|thu nhap|hung khi|quan an|quan ly|quan he|quan nhau|quan net|"
    "phong tro|bao cao|bao ve|bao luc|bao ke|nam nguoi|nam tuoi|nam trieu|nam xe|hai nguoi|"
    "hai trieu|hai xe|hai chiec|ba trieu|ba nguoi|tu trieu|sau trieu|bay trieu|tam trieu|tam tru|"
    "tam vang|chin trieu|tai khoan|tai san|tai xe|dong tien|dong nguoi|nguyen nhan|huyen doan|"
    "viet nam|an ninh|an toan|an trom|an cap|hieu luc|duc duong|linh canh|kien nghi|hai quan|"
    "quang cao|cong an|minh hoa|chau bau|khoa cua|phat tien|phong chay|thang nay|thang truoc|"
    "xuan nay|ha noi|nam ngoai|nam nay|hien nay|hien tai|hien truong|long duong|long le",
    between="|",
)
_KINDS_OF_PLACE = _listed(
    "xa phuong huyen quan tinh thon xom lang duong pho ngo ngach to cho cau truong ho khu chua den"
)


def calls_somebody_by_name(words: list[str]) -> bool:
    """Whether somebody is called by name among these words, whatever their case.

    With accents the words tell themselves. Without, one that is more often something else is none:
    it is a question before a search, so a doubt speaks for asking.
    """
    said = [word.lower() for word in words]
    marked = any(word != fold(word) for word in said)
    return any(
        _with_marks(title, name, marked=marked) or (not marked and _without(said, at))
        for at, (title, name) in enumerate(pairwise(said))
        if not _is_a_place(said, at)
    )


def _with_marks(title: str, name: str, *, marked: bool) -> bool:
    if title in _BARE_TITLES:
        return marked and name in _GIVEN
    if title not in _TITLES or title == fold(title):
        return False
    return name in _GIVEN or (name == fold(name) and name in TYPED_GIVEN_NAMES)


def _without(said: list[str], at: int) -> bool:
    # No slice to the end: for each word of a long text that would copy all that follow.
    title, name, *rest = said[at : at + 3]
    if title not in _TYPED_TITLES or name not in TYPED_GIVEN_NAMES:
        return False
    # "có" opens too many sentences: only at the end is it nearly always "cô".
    if name in _ORDINARY.get(title, ()) or (title == "co" and rest):
        return False
    return not rest or f"{name} {rest[0]}" not in _GO_ON


def _is_a_place(said: list[str], at: int) -> bool:
    """ "phường Bắc Giang", "hồ chí minh": named, but nobody."""
    return at > 0 and fold(said[at - 1]) in _KINDS_OF_PLACE
