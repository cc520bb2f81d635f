"""What is at stake at a tip that cannot wait: a life, or money that may still be stopped.

The only place that says so: the order of the bar, the list of what is to be done, the ready words
and the answer that goes out by itself all ask here. So do bar and inbox about which of two critical
tips is the graver: that moves one before another, and neither out of sight.
"""

import datetime
import enum
import uuid
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Case, IntegerField, Value, When
from django.utils.translation import gettext as _

from keng.kit.urgency import Happening, Urgency
from keng.language import lost_money
from keng.language.danger import POLICE_NUMBERS, numbers_to_call
from keng.language.fold import fold
from keng.language.taxonomy import is_scam
from keng.language.urgency import danger_goes_on, suggest_urgency
from keng.tips.models import DialogueMessage, Tip
from keng.tips.models.tip import HAS_MONEY_TO_STOP, IS_CRITICAL, LONG_GONE_BAND, MONEY_BAND

# The ready answers ask so (tips/answers.csv), and so do officers who write it themselves.
_ASKS_WHETHER_SAFE = ("an toan khong", "an toan chua", "safe now", "are you safe")
_PLAIN_NO = {"2", "so 2", "khong", "khong a", "khong an toan", "chua", "chua a", "ko", "k", "no"}


# From which urgency score on a text is in the first, second and third band; below in the last one.
# Few and wide: within a band whoever waits longest comes first.
_BAND_STARTS = (0.75, 0.5, 0.25)
# An officer's rating goes before whatever the machine reads, but no money before a life.
_RATED_BAND = 0
# Behind all that nobody has taken; one that calls people anew is free again.
_TAKEN = 10
# Behind all that is critical: money just sent that nobody has taken on.
MONEY_TO_STOP_ORDER = 20
_ORDER_OF_CRITICAL = Case(
    When(urgency_is_rated=True, gravity_band__lt=MONEY_BAND, then=Value(_RATED_BAND)),
    default="gravity_band",
    output_field=IntegerField(),
) + Case(
    When(assigned_to__isnull=False, danger_unheard=False, then=Value(_TAKEN)),
    default=Value(0),
    output_field=IntegerField(),
)
# Among those that stand first in the list, the less the sooner; empty for one of the others.
ORDER_AMONG_FIRST = Case(
    When(IS_CRITICAL, then=_ORDER_OF_CRITICAL),
    When(HAS_MONEY_TO_STOP, then=Value(MONEY_TO_STOP_ORDER)),
    output_field=IntegerField(),
)


class Stake(enum.IntEnum):
    """The graver one is the smaller one: so they are sorted."""

    LIFE = 0
    MONEY = 1


class StakeFacts(NamedTuple):
    """What the stake of a tip hangs on: of a flood of tips a page reads this and no more."""

    tip_id: uuid.UUID
    text: str
    category: str
    happening: str
    money_moved: bool
    danger_at: datetime.datetime | None
    guess: str | None
    """The code of the category that the machine thinks likeliest."""


def gravity_band(
    urgency_score: float, stake: Stake, text: str, *, happening: str = Happening.UNSURE
) -> int:
    """The band of a text among those of one urgency: a life from 1, the gravest, to 4; then money.

    Money may still be stopped (5) unless its reporter says that it is over (6); but whoever was
    cheated just now says that, too: the talk is over, and the money is on its way.
    """
    if stake == Stake.MONEY:
        is_long_gone = happening == Happening.OVER and not lost_money.left_today(fold(text))
        return LONG_GONE_BAND if is_long_gone else MONEY_BAND
    return 1 + sum(urgency_score < start for start in _BAND_STARTS)


def sorted_band(tip: Tip) -> int:
    """The band of a tip after an officer said what it is: whatever is no money is a life."""
    if stake_of(tip) == Stake.MONEY:
        return gravity_band(0, Stake.MONEY, tip.text, happening=tip.happening)
    return min(tip.gravity_band, MONEY_BAND - 1)


def order_of_critical(*, urgency_is_rated: bool, band: int, is_taken: bool) -> int:
    """Among critical ones, as `ORDER_AMONG_FIRST` says it to the database: the graver the less."""
    is_by_rating = urgency_is_rated and band < MONEY_BAND
    return (_RATED_BAND if is_by_rating else band) + (_TAKEN if is_taken else 0)


def order_among_first(tip: Tip) -> int | None:
    """`ORDER_AMONG_FIRST` of one tip."""
    if tip.urgency != Urgency.P0:
        return MONEY_TO_STOP_ORDER if tip.has_money_to_stop else None
    return order_of_critical(
        urgency_is_rated=tip.urgency_is_rated,
        band=tip.gravity_band,
        is_taken=tip.assigned_to_id is not None and not tip.danger_unheard,
    )


def urgency_order(tip: Tip) -> str:
    """How urgent it is, the graver the less; what can wait is all the same."""
    return min(tip.urgency, Urgency.P2)


def calls_for_help(text: str, *, happening: str = Happening.UNSURE) -> bool:
    """Whether the words tell of danger that goes on, in any language that is understood here.

    Money that has gone is none: whoever lost it rings the bank first.
    """
    if danger_goes_on(text, happening=happening):
        return True
    if happening == Happening.OVER or lost_money.money_has_left(fold(text)):
        return False
    return suggest_urgency(text).level == Urgency.P0


def call_first(
    texts: Iterable[str],
    *,
    happening: str = Happening.UNSURE,
    money_left: bool = False,
    is_due: bool = False,
) -> tuple[str, ...]:
    """Whom the reporter calls before anything else, most needed first; nobody where none is due.

    Fire, and somebody who is hurt, have numbers of their own even where nothing says "now".
    """
    found = set(POLICE_NUMBERS) if is_due else set()
    for text in texts:
        numbers = numbers_to_call(text)
        may_go_on = happening != Happening.OVER and not money_left and numbers != POLICE_NUMBERS
        if may_go_on or calls_for_help(text, happening=happening):
            found.update(numbers)
    return tuple(number for number in ("114", "113", "115") if number in found)


def stake_of(tip: Tip) -> Stake:
    """In doubt it is a life. What an officer sorted decides, unless danger was told since."""
    suggestion = getattr(tip, "suggestion", None)
    guesses = suggestion.categories[:1] if suggestion else []
    facts = StakeFacts(
        tip_id=tip.pk,
        text=tip.text,
        category=tip.category,
        happening=tip.happening,
        money_moved=tip.money_moved,
        danger_at=tip.danger_at,
        guess=guesses[0]["code"] if guesses else None,
    )
    return stake_of_facts(facts, danger_message(tip))


def stake_of_facts(facts: StakeFacts, told: DialogueMessage | None) -> Stake:
    """The same for what was read of a tip, and the later message for which it calls, if any."""
    if told is not None and (calls_for_help(told.text) or answers_not_safe(told)):
        return Stake.LIFE
    if facts.category:
        return Stake.MONEY if is_scam(facts.category) else Stake.LIFE
    if danger_goes_on(facts.text, happening=facts.happening):
        return Stake.LIFE
    has_left = facts.money_moved or lost_money.money_has_left(fold(facts.text))
    if has_left or (facts.guess is not None and is_scam(facts.guess)):
        return Stake.MONEY
    return (
        Stake.MONEY
        if told is not None and lost_money.money_has_left(fold(told.text))
        else Stake.LIFE
    )


def answers_not_safe(message: DialogueMessage) -> bool:
    """Whether a reporter says no, in a word or by "2", to the desk asking whether they are safe.

    What stands on further lines was typed beside the button of the page.
    """
    if fold(_first_line(message.text)).strip(" .,!?") not in _PLAIN_NO:
        return False
    before = DialogueMessage.objects.filter(tip_id=message.tip_id, visible_at__lte=message.at)
    question = before.filter(author=DialogueMessage.Author.DESK).order_by("visible_at", "id").last()
    # A button of the page names the question after the no, if the desk wrote on since.
    asked = [message.text] + ([question.text] if question else [])
    return any(words in fold(text) for text in asked for words in _ASKS_WHETHER_SAFE)


def words_of_danger(tip_text: str, told: DialogueMessage) -> str:
    """What somebody at the desk understands without the talk before it: "2" is in words."""
    if not answers_not_safe(told):
        return told.text
    more = told.text.strip()[len(_first_line(told.text)) :].strip()
    return _("The reporter answers: NOT safe. %(first)s") % {"first": more or tip_text}


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0].strip()


def may_stop_money(tip: Tip) -> bool:
    """Whether minutes count because money has left, though nobody is in danger: P1, just now."""
    is_soon = tip.money_moved and tip.urgency == Urgency.P1 and tip.gravity_band != LONG_GONE_BAND
    return is_soon and stake_of(tip) == Stake.MONEY


def danger_message(tip: Tip) -> DialogueMessage | None:
    """The later message for which the tip calls, or called last."""
    return danger_message_at(tip.pk, tip.danger_at)


def danger_message_at(
    tip_id: uuid.UUID, danger_at: datetime.datetime | None
) -> DialogueMessage | None:
    """The same, by the tip's number and its moment (`Tip.danger_at`)."""
    if danger_at is None:
        return None
    theirs = DialogueMessage.objects.filter(tip_id=tip_id, at=danger_at)
    return theirs.filter(author=DialogueMessage.Author.REPORTER).order_by("-id").first()


def has_unread_danger(tip: Tip) -> bool:
    """Whether a message that nobody has examined yet calls for help: it came in this moment."""
    theirs = tip.messages.filter(author=DialogueMessage.Author.REPORTER, examined_at=None)
    return any(calls_for_help(text) for text in theirs.values_list("text", flat=True))
