"""What a receipt promises: its code, its desk, and until when somebody answers and finishes."""

import datetime
import uuid
from dataclasses import dataclass, replace

from keng.duty import watch
from keng.kit import times
from keng.kit.urgency import Urgency
from keng.language.danger import calls_for_child_line, is_about_child
from keng.places import serving
from keng.places.models import Unit
from keng.tips import concerns, deadlines, receipt_codes
from keng.tips.gravity import call_first, calls_for_help
from keng.tips.models import Tip
from keng.tips.topics import may_have_lost_money

# Whoever lives with or beside the person they report should not carry a picture of the code.
TOPICS_ON_PAPER = ("violence", "child", "drugs", "loan")


@dataclass(frozen=True, slots=True)
class PrintedReceipt:
    """What is printed on it."""

    code: str
    unit: Unit
    received_at: datetime.datetime
    answer_by: datetime.datetime
    """By the house rule somebody has read, sorted and answered the tip by then."""
    finish_by: datetime.datetime
    """Seven days after the last moment for sorting: when the last of these days is over."""
    on_paper: bool
    about_money: bool
    look_by: datetime.datetime | None = None
    """Where a child, violence at home or money that has just gone is told of: by then somebody
    looks, by the desk's clock."""
    looks_for_money: bool = False
    """Somebody looks by then because the reporter's money has just gone."""
    is_critical: bool = False
    """Somebody looks at once; for the desk only: a public page does not tell it."""
    is_called: bool = False
    """It rings, and somebody is on duty whose pager was heard: nothing less is called calling."""
    is_about_child: bool = False
    """A child may be reading: it names the number that children call."""
    calls_for_child_line: bool = False
    """Of a child or of violence at home: 113 and 111 stand before everything else."""
    is_outside: bool = False
    """It happened where no desk of this site serves."""
    tells_danger: bool = False
    """The reporter's own words tell of danger that goes on: 113 stands before everything else."""
    call_first: tuple[str, ...] = ()
    """The numbers that stand before everything else, most needed first; 111 comes after them."""
    money_left: bool = False
    """Money or a code has just gone: the bank stands before everything else."""
    kept_from: str = ""
    """The unit that does not see it, because the words seem to be about its officers."""
    is_about_officers: bool = False
    """It is kept from the desk whose officers it may be about, by choice or by its words."""
    holds_phone: bool = False
    """A number was sealed with it, which two officers can open to call."""
    replaced_at: datetime.datetime | None = None
    """When this code took the place of the one before; what was promised then stands there."""

    @property
    def grouped(self) -> str:
        """As it is printed."""
        return receipt_codes.grouped_code(self.code)


def receipt_of_code(code: str) -> PrintedReceipt | None:
    """The receipt of a cleaned code, which may have replaced another; None when there is no tip."""
    tip_id = receipt_codes.tip_id_of_code(code)
    if tip_id is None:
        return None
    return replace(receipt_of_tip(tip_id, code), replaced_at=receipt_codes.last_replaced_at(tip_id))


def receipt_of_tip(tip_id: uuid.UUID, code: str) -> PrintedReceipt:
    """The receipt of a tip that has just got its code; a desk, which makes some, reads no codes."""
    tip = Tip.objects.select_related("responsible_unit", "place").get(pk=tip_id)
    about_child = is_about_child(tip.text, tip.topic)
    about_officers = tip.meant_for_unit_at is None and tip.concerns.exists()
    for_child_line = calls_for_child_line(tip.text, tip.topic) and not tip.money_moved
    return PrintedReceipt(
        code,
        tip.responsible_unit,
        tip.received_at,
        answer_due(tip),
        finish_due(tip),
        on_paper=tip.topic in TOPICS_ON_PAPER or about_child or about_officers,
        about_money=tip.topic == "scam" or tip.money_moved,
        look_by=look_due(tip),
        looks_for_money=tip.money_moved,
        is_critical=tip.urgency == Urgency.P0,
        is_called=tip.urgency == Urgency.P0 and watch.calls_reach_somebody(tip.responsible_unit),
        is_about_child=about_child,
        calls_for_child_line=for_child_line,
        is_outside=serving.is_outside_province(tip.place, tip.responsible_unit),
        tells_danger=calls_for_help(tip.text, happening=tip.happening),
        call_first=call_first(
            [tip.text], happening=tip.happening, money_left=tip.money_moved, is_due=for_child_line
        ),
        money_left=tip.money_moved or may_have_lost_money(tip.topic, tip.language),
        kept_from=str(concerns.guessed_concerned_unit(tip) or ""),
        is_about_officers=about_officers,
        holds_phone="phone" in tip.identity_holds,
    )


def answer_due(tip: Tip) -> datetime.datetime:
    """Until when a person reads, sorts and answers, whatever the machine thinks of its urgency."""
    rule = deadlines.clock_rule_in_force(deadlines.SORT_CLOCK, times.local_date(tip.received_at))
    return deadlines.due_by_rule(rule, tip.received_at)


def finish_due(tip: Tip) -> datetime.datetime:
    """Until when the desk finishes, as the receipt promised it."""
    rule = deadlines.clock_rule_in_force(deadlines.FINISH_CLOCK, times.local_date(tip.received_at))
    return deadlines.due_by_rule(rule, answer_due(tip))


def look_due(tip: Tip) -> datetime.datetime | None:
    """Until when the desk's own clock has somebody look, where a child, violence or money that has
    just gone is told of.

    A frightened child is not told of tomorrow while the desk counts in minutes, nor whoever said
    that their money has left. Of everything else a public page does not tell how urgent the
    machine takes it.
    """
    if not (calls_for_child_line(tip.text, tip.topic) or tip.money_moved):
        return None
    first = tip.clocks.filter(rule_code=deadlines.LOOK_CLOCK).order_by("starts_at").first()
    return first.due_at if first else None
