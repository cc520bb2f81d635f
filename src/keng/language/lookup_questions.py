"""Whether a message asks about a number, an account or a link, and whether it tells more besides.

Everything takes folded words. What is taken for a question by mistake is answered and, if it tells
anything, kept all the same: so the patterns may be generous.
"""

import re

from keng.language.phrase_lists import listed_phrases_pattern

# "500 k" is a sum.
_NOT = r"(?:khong|ko|kg|khg|hok|hong|hem|hk|(?<!\d)(?<!\d )kh?)"
# "Có thật không ạ?", but not "đến nơi không có máy".
_AT_THE_END = (
    r"(?=[^\w]*$| *[?!.,;:]| (?:a|ad|admin|vay|nhi|the|ban|em|anh|chi|moi|mn|cac|vs|voi|nhe|nha|ta|"
    r"e|so|stk|link|web)(?!\w))"
)
_JUDGED = (
    r"(?:lua(?: dao| gat)?|gia(?: mao| danh| dinh)?|that(?: su)?|chuan|dung|uy tin|bip|sao|on|xau"
    r"|den|tin(?: cay| tuong)?|an toan|hop phap|chinh (?:chu|thuc|hang|thong|ngach)|virus"
    r"|doc(?: hai)?|nguy hiem|rac|spam|scam|fake|real|legit|ok|dang tin)"
)
_DONE = (
    r"(?:bam(?: vao)?|nhan|mo|vao|click|kich|dang nhap|tai|cai|chuyen(?: tien)?"
    r"|ck|mua|nghe|goi|tin)"
)
_GO = r"(?!(?:len|ra|di|nop|mang|goi|den|toi|lam|cho|tra) )"
_IT = r"(?:la |cua |so |web |trang |tai khoan |stk |link )*"
_CHECK = r"(?:kiem tra|check|tra(?: cuu)?|xem|coi|soi|do|tim hieu|xac minh|test)"
_PLEASE = r"(?:lai|thu|gium|giup|dum|ho|jup|zup|cho|vs|voi|ngay|luon)"
_IN_ENGLISH = r"(?:scam|safe|real|legit|fake|fraud|genuine|trustworthy)"
_QUESTIONS = re.compile(
    r"(?<!\w)(?:"
    # "có phải … không", "phải lừa đảo không", but not "có phải lên phường không".
    rf"(?:co |la )?phai {_GO}{_IT}\w+(?: \w+){{0,5}}? {_NOT}(?!\w)"
    rf"|co phai {_GO}"
    rf"|{_JUDGED}(?: \w+){{0,2}}? {_NOT}{_AT_THE_END}"
    rf"|{_JUDGED} (?:hay|hoac) (?:la )?{_JUDGED}"
    rf"|{_DONE} (?:dc|duoc)(?: {_NOT})?(?!\w)(?= {_NOT}|[^\w]*$| a| ad| nhi| vay| chua)"
    r"|(?:co )?(?:nen|dam) "
    r"(?:tin|nghe|mua|chuyen|bam|mo|vao|goi|cai|ck|tra|dong|dat|vay)"
    rf"|(?:co )?tin (?:dc|duoc)(?: {_NOT})?"
    r"|(?:cua ai|cua dau|so gi|so nao|ai (?:day|vay|the|goi)|ben nao|o dau (?:day|vay|ra))(?!\w)"
    rf"|{_CHECK}(?: {_PLEASE})+(?!\w)"
    rf"|(?:nho|xin|giup|muon|can|hay)(?: \w+){{0,3}}? {_CHECK}(?!\w)"
    r"|(?:kiem tra|check|xac minh|tra(?: cuu)?) (?:so|stk|tk|tai khoan|link|web|trang|sdt)(?!\w)"
    r"|(?:bi|ai) (?:lua|bao cao|to cao|phan anh|canh bao|dinh)(?: \w+){0,2}?"
    r" (?:chua|khong|ko|k)(?!\w)"
    r"|(?:ai|co ai)(?: tung)? (?:biet|bi roi|bi chua|bi lua|bao chua|gap chua|xai|dung)"
    r"|(?:xin|cho) y kien"
    r"|(?:biet|ai biet|co ai|ai bi|ai tung) (?:\w+ ){0,4}?"
    r"(?:so|stk|tk|tai khoan|link|web|trang|shop) nay"
    rf"|is (?:this|it|that|the|my)? ?(?:\w+ ){{0,6}}?(?:a )?{_IN_ENGLISH}"
    rf"|{_IN_ENGLISH}(?: \w+)?(?: or (?:not|real|fake))?(?= *\?)"
    r"|(?:can|could) (?:you|u|someone|anyone) (?:please |pls )?(?:check|look|verify|tell)"
    r"|(?:please|pls) (?:check|verify)|check (?:this|if|please)"
    r"|should i (?:trust|pay|send|click|open|answer|call|buy)|can i (?:trust|click|open|pay)"
    r"|who (?:is|owns|called)|whose|do you know"
    r")"
)
_LONE_QUESTION = re.compile(r"\?\s*[^\w?]*$")
_FILLERS = re.compile(
    rf"(?<!\w)(?:{listed_phrases_pattern('look_up_fillers')}|{_NOT}|{_JUDGED}|"
    r"a|e|ad|admin|oi|alo|ua|u|la|co|phai|thi|con|them|nua|cai|cho|hoi|nho|cac|nha|nhe|vay|the|nhi|"
    r"day|kia|do|chao|da|vang|lieu|nen|duoc|dc|khi|luc|truoc|cong an|can bo|mang|may|ben|minh|"
    r"nguoi|ban|shop|nguoi ta|to|mot|cua|ai|gi|nao|dau|dang|check|kiem tra|tra cuu|xem|coi|"
    r"is|it|a|an|of|to|or|on|if|can|you|i|my|should|before|bank|hi|hello|sir)(?!\w)"
)
# One of these stands in every question, and most messages end here.
_ASKING = re.compile(
    r"(?<![a-z])(?:khong|ko|kg|khg|hok|hong|hem|hk|kh?|phai|nen|dam|dc|duoc|ai|gi|nao|dau|chua|kien"
    r"|giup|gium|dum|ho|jup|zup|thu|lai|voi|vs|cho|ngay|luon|nho|xin|muon|can|hay|kiem|check|xac|tra"
    r"|is|scam|safe|real|legit|fake|fraud|genuine|you|please|pls|should|who|whose|do)(?![a-z])|\?"
)
_WORD = re.compile(r"[^\W\d_]{2,}")
# So many words that no question needs: somebody tells what happened.
_TELLS_FROM = 4
_SHORT_QUESTION = 6


def is_lookup_question(folded: str) -> bool:
    """Whether words around a number, an account or a link ask about it."""
    if not _ASKING.search(folded):
        return False
    if _QUESTIONS.search(folded):
        return True
    return bool(_LONE_QUESTION.search(folded)) and len(_WORD.findall(folded)) <= _SHORT_QUESTION


def tells_more_than_question(folded: str) -> bool:
    """Whether the words say more than the question: then a report stands in them."""
    left = _FILLERS.sub(" ", _QUESTIONS.sub(" ", folded))
    return len(_WORD.findall(left)) >= _TELLS_FROM
