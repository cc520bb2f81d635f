"""Words by which a reporter who writes Chinese or Korean says that a number is their own.

Neither puts a blank between words, and what belongs to somebody else is named between "my" and the
number ("제 친구 번호"), so nothing may stand there but what kind of number it is.
"""

import re
from dataclasses import replace

from keng.language.fold import FlatText

_LETTERS = re.compile("[\u1100-\u11ff\u3040-\u318f\u3400-\u9fff\uac00-\ud7ff\uf900-\ufaff]")
_CHINESE = (
    r"(?:我们?|本人|俺|咱)(?:自己)?的?(?:手机|电话|联系|联络|号码|zalo|微信)(?:电话|方式|号码|号)*"
)
_KOREAN = (
    r"(?<![가-힣])(?:제|내|저의|나의|저희|본인|제가\s*쓰는|내가\s*쓰는)\s*"
    r"(?:휴대\s*전화|휴대폰|핸드폰|전화|폰|연락처|번호|zalo|잘로)(?:\s*(?:번호|연락처))*"
)
_REACH = (
    r"(?:(?:打给|致电|联系|联络|找|回复|打电话给|给)我(?:打电话|回电|电话)?"
    r"|(?:저에게|저한테|제게|나에게|나한테|저희에게|이\s*번호로)\s*(?:연락|전화|문자)?"
    r"|(?:연락|전화|회신)\s*(?:을\s*|를\s*)?(?:주세요|주십시오|바랍니다|부탁드립니다))"
)
_FILLER = r"(?:[\s:.,=()\-]|请|可以|拨打|打|是|为|在|은|는|이|가|입니다|번호)*"
_STORY = re.compile(r"(?:他们?|她们?|它|骗子|对方|有人|对我|그들?이|그가|사기범|누군가|상대)")

FAR_EAST_FIRST_PERSON = r"(?:[我俺咱]|本人|제|내|저|나|우리|저희|본인|연락|전화|회신)"
FAR_EAST_SIGNS_OF_OWN = (re.compile(_CHINESE), re.compile(_KOREAN), re.compile(_REACH))
_BEFORE = re.compile(rf"(?:{_CHINESE}|{_KOREAN}){_FILLER}$")
_AFTER = re.compile(
    rf"[\s,()\-]{{0,3}}(?:是|为|这是|이|가|은|는)?\s*(?:{_CHINESE}|{_KOREAN})(?!{_FILLER}\+?\d)"
)
# Looked for first: what may stand before it is read at every place of the words.
_REACHED = re.compile(rf"{_REACH}{_FILLER}$")
_REACHED_AT = re.compile(rf"(?P<before>[^.,;!?。\n]{{0,30}}){_REACHED.pattern}")
FAR_EAST_OWN_MAIL = re.compile(
    r"(?:(?:我|本人)的?|(?<![가-힣])(?:제|내|저의)\s*)(?:电子邮箱|电子邮件|邮箱|邮件|e-?mail|이메일|메일)"
    rf"(?:地址|\s*주소)?{_FILLER}$"
)


def letters_as_barriers(text: FlatText) -> FlatText:
    """The same with a barrier for each such letter, so that a number ends where they begin."""
    return replace(text, flat=_LETTERS.sub("\x00", text.flat))


def is_own_in_far_east(flat: str, before: str, end: int) -> bool:
    """Whether the words before or after this number say that it is the writer's."""
    if _BEFORE.search(before) or _AFTER.match(flat, end):
        return True
    reach = _REACHED.search(before) and _REACHED_AT.search(before)
    return reach is not None and not _STORY.search(reach["before"])
