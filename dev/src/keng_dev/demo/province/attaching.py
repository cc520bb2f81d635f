"""A few dozen reporters sent a picture along: kept as the product keeps any, sealed to the desk."""

import datetime as dt
import re
from random import Random
from typing import TYPE_CHECKING

from keng.kit import times
from keng.tips.attachments import store_attachment
from keng.tips.models import Attachment, DialogueMessage
from keng_dev.demo.province import drawing, nobody
from keng_dev.demo.province.fate import Fate
from keng_dev.demo.province.progress import Report
from keng_dev.demo.province.volumes import Volumes
from keng_dev.demo.province.words import sections
from keng_dev.demo.territory import WARD_CODE

if TYPE_CHECKING:
    from collections.abc import Callable

# What goes with a matter, most likely first; of other matters nobody sends pictures here.
_KINDS: dict[str, tuple[str, ...]] = {
    "scam_impersonation": ("chat", "page", "calls"),
    "scam_bank": ("chat", "page"),
    "scam_job_task": ("chat", "slip"),
    "scam_investment": ("chat", "slip"),
    "scam_parcel": ("chat", "calls"),
    "scam_loan_app": ("chat", "leaflet"),
    "scam_romance": ("chat",),
    "scam_account_takeover": ("chat", "slip"),
    "scam_rental": ("page", "chat"),
    "scam_shopping": ("page", "slip"),
    "scam_other": ("chat",),
    "scam_child_emergency": ("calls",),
    "loan_shark": ("leaflet",),
    "theft": ("sketch",),
    "burglary": ("sketch",),
    "gambling": ("sketch",),
    "drugs": ("sketch",),
    "environment": ("sketch",),
    "traffic": ("sketch",),
}
_CHANNELS = ("web", "zalo_oa", "chat", "counter")
# So much of the newest may have one; whoever looks around looks there first.
_NEWEST = 0.15
_LATER = "Em tìm lại được tấm ảnh, để em gửi"
_PHONE = re.compile(rf"{nobody.PHONE_PREFIX}[ .]?\d{{3}}[ .]?\d{{3}}")
_LINK = re.compile(r"(?<![\w-])[\w-]+(?:" + "|".join(map(re.escape, nobody.ENDINGS)) + ")")
_ACCOUNT = re.compile(rf"{nobody.ACCOUNT_PREFIX}\d{{7}}")


def attach(fates: list[Fate], volumes: Volumes, dice: Random, report: Report) -> int:
    """Draw and keep them; the tips and their dialogue must be there. How many it became."""
    chosen = _chosen(fates, volumes, dice)
    sent_later = dict(
        DialogueMessage.objects.filter(
            tip__in=[fate.tip_id for fate in chosen], author="reporter", text=_LATER
        ).values_list("tip", "pk")
    )
    first = dict(
        DialogueMessage.objects.filter(tip__in=[fate.tip_id for fate in chosen], author="reporter")
        .order_by("-id")
        .values_list("tip", "pk")
    )
    for number, fate in enumerate(chosen):
        report("pictures are sealed", number / len(chosen))
        picture = _Picture(fate, dice).drawn()
        # Our own bytes: no stranger's picture is ever decoded here.
        copy = drawing.as_jpeg(picture)
        kept = store_attachment(fate.tip_id, fate.story.desk.unit.pk, picture, plain_copy=copy)
        at, message = fate.story.at, None
        if fate.tip_id in sent_later:
            message = sent_later[fate.tip_id]
            at = next(said.at for said in fate.said if said.text == _LATER)
        elif fate.story.channel == "zalo_oa":
            message = first[fate.tip_id]
        Attachment.objects.filter(pk=kept.pk).update(at=at, message_id=message)
    return len(chosen)


def _chosen(fates: list[Fate], volumes: Volumes, dice: Random) -> list[Fate]:
    """The ward's own and those who said that they would send one; else of the newest."""
    fit = [
        fate
        for fate in fates
        if fate.story.category in _KINDS and fate.story.channel in _CHANNELS and not fate.is_emptied
    ]
    promised = [fate for fate in fit if any(said.text == _LATER for said in fate.said)]
    surely = [fate for fate in reversed(fit) if _is_shown_first(fate)]
    surely += promised[-volumes.pictures // 8 :]
    taken = {fate.tip_id for fate in surely}
    newest = fit[-int(len(fates) * _NEWEST) :]
    rest = [fate for fate in newest if fate.tip_id not in taken]
    more = max(0, min(volumes.pictures - len(surely), len(rest)))
    return [*surely, *dice.sample(rest, more)][: volumes.pictures]


def _is_shown_first(fate: Fate) -> bool:
    """What a newcomer opens: the ward's tip of today, and the ends that are known by name."""
    story = fate.story
    is_known = story.success is not None and fate.duplicate_of is None
    return story.desk.code == WARD_CODE and (story.is_live or is_known)


class _Picture:
    """What one reporter sent: the number and the link on it are those in their words."""

    def __init__(self, fate: Fate, dice: Random) -> None:
        self._fate, self._dice = fate, dice
        text = fate.story.text
        self._phone = _first(_PHONE, text) or nobody.phone(dice)
        self._link = _first(_LINK, text) or nobody.link(dice).removeprefix("https://")
        self._account = _first(_ACCOUNT, text) or nobody.account(dice, "").split()[-1]
        self._amount = f"{dice.randrange(2, 95) * 100_000:,}".replace(",", ".") + " đồng"
        shown = fate.story.at - dt.timedelta(minutes=dice.randrange(4, 50))
        self._at = shown.astimezone(times.VIETNAM)

    def drawn(self) -> bytes:
        """As PNG."""
        kinds = _KINDS[self._fate.story.category]
        kind = kinds[0] if self._dice.random() < 0.6 else self._dice.choice(kinds)
        ways: dict[str, Callable[[], bytes]] = {
            "chat": self._chat,
            "page": self._page,
            "calls": self._calls,
            "slip": self._slip,
            "leaflet": self._leaflet,
            "sketch": self._sketch,
        }
        return ways[kind]()

    def _chat(self) -> bytes:
        return drawing.chat(self._phone, self._words("chat"), self._clock())

    def _page(self) -> bytes:
        return drawing.page(self._link, self._words("page"), self._clock())

    def _calls(self) -> bytes:
        moments = [
            self._clock(minutes)
            for minutes in sorted(self._dice.sample(range(1, 90), self._dice.randrange(3, 7)))
        ]
        return drawing.calls(self._phone, moments, self._clock())

    def _slip(self) -> bytes:
        bank = self._dice.choice(sections("slots.txt")["nganhang"])
        when = f"{self._clock()} {self._at.day}/{self._at.month}/{self._at.year}"
        return drawing.slip(bank, self._account, self._amount, when)

    def _leaflet(self) -> bytes:
        lines = sections("pictures.txt")["leaflet"]
        begins = self._dice.randrange(0, len(lines), 4)
        return drawing.leaflet(
            [self._filled(line) for line in lines[begins : begins + 4]], self._dice
        )

    def _sketch(self) -> bytes:
        landmark = self._dice.choice(sections("slots.txt")["moc"]).replace("{n}", "12")
        return drawing.sketch(landmark, self._dice)

    def _words(self, kind: str) -> list[str]:
        return [
            self._filled(line)
            for line in sections("pictures.txt")[f"{kind}.{self._fate.story.category}"]
        ]

    def _filled(self, line: str) -> str:
        return (
            line.replace("{so}", self._phone)
            .replace("{link}", self._link)
            .replace("{stk}", self._account)
            .replace("{tien}", self._amount)
        )

    def _clock(self, earlier: int = 0) -> str:
        at = self._at - dt.timedelta(minutes=earlier)
        return f"{at.hour}:{at.minute:02d}"


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[0] if found else ""
