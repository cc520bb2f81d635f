"""The check list of a critical tip: which steps it has, what is done, by whom and when."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from keng.accounts.models import Officer
from keng.kit.compiled_queries import CompiledModelQuery
from keng.kit.urgency import Urgency
from keng.language.taxonomy import categories, categories_of_topic
from keng.tips.gravity import Stake, may_stop_money, stake_of
from keng.tips.models import Decision, DialogueMessage, Tip, TipCheck

_CHECKS: CompiledModelQuery[TipCheck] = CompiledModelQuery(
    lambda *, tip: (
        TipCheck.objects.filter(tip=tip).select_related("ticked_by", "unticked_by").order_by("id")
    )
)


@dataclass(frozen=True, slots=True)
class CheckListStep:
    """One step that an officer ticks."""

    code: str
    words: str | Promise
    basis: str | Promise = ""
    # Only where this number is to be called (`numbers` of the category); empty is for all.
    number: str = ""


DANGER_STEPS = (
    CheckListStep("force", _("113 has it and sends a patrol"), number="113"),
    CheckListStep("fire", _("114 has it and is coming"), number="114"),
    CheckListStep("ambulance", _("If anybody is hurt: 115 has it"), number="115"),
    CheckListStep("way", _("A patrol is on its way")),
    CheckListStep("there", _("The patrol is at the place")),
    CheckListStep("safe", _("The reporter is in safety")),
    CheckListStep(
        "child",
        _("If a child is involved: 111 has it, and the file is passed on within 24 hours"),
        _("Circular 43/2021, article 5"),
        number="111",
    ),
)


# Where money may still be stopped no patrol helps: the bank does, and minutes count.
MONEY_STEPS = (
    CheckListStep("minute", _("Minute, sum and both accounts of the transfer are written down")),
    CheckListStep("hotline", _("The hotline of the bank that received it has them")),
    CheckListStep(
        "freeze", _("The bank was asked in writing to freeze the account that received it")
    ),
    CheckListStep("evidence", _("Messages, transfer slip and calls are kept; nothing is deleted")),
    CheckListStep(
        "onward", _("The account and the number are passed on to the unit for such cases")
    ),
)
# Nobody tells whoever asked for no contact: it is no step then.
_BANK_STEP = CheckListStep("bank", _("The reporter has rung their own bank, or was told to"))


# Whoever told it by voice reads no message by itself: somebody says that they were told.
_VOICE_CHANNELS = ("phone", "counter")
_TOLD_BY_VOICE_STEP = CheckListStep("told", _("The reporter was told by voice what happens now"))


_POLICE = frozenset({"113"})
_ALL_STEPS = (*DANGER_STEPS, _BANK_STEP, *MONEY_STEPS, _TOLD_BY_VOICE_STEP)


@dataclass(frozen=True, slots=True)
class CheckListLine:
    """One line of the list as a page shows it."""

    code: str
    words: str | Promise
    basis: str | Promise = ""
    # False: the line follows from the tip itself, and nobody ticks it.
    is_kept: bool = True
    who: str = ""
    at: datetime.datetime | None = None
    # The last time the step was unticked, when it is not done.
    unticked: TipCheck | None = None

    @property
    def is_done(self) -> bool:
        """Whether somebody did it."""
        return self.at is not None


def check_list_steps(tip: Tip) -> list[CheckListStep]:
    """What may have to be done for the tip; while nobody has sorted it, for all it may be."""
    if stake_of(tip) == Stake.MONEY:
        found = [*([] if tip.do_not_contact else [_BANK_STEP]), *MONEY_STEPS]
    else:
        numbers = _numbers_to_call(tip)
        found = [step for step in DANGER_STEPS if not step.number or step.number in numbers]
    if is_told_by_voice(tip) and not tip.do_not_contact:
        found.insert(1, _TOLD_BY_VOICE_STEP)
    return found


def has_check_list(tip: Tip) -> bool:
    """Whether something has to be done at once: it is critical, or money may still be stopped."""
    return tip.kind != Tip.Kind.OUT_OF_SCOPE and (tip.urgency == Urgency.P0 or may_stop_money(tip))


def cannot_wait(tip: Tip) -> bool:
    """Whether minutes count: something has to be done at once, and the tip is open and readable."""
    return has_check_list(tip) and tip.is_open and bool(tip.text)


def is_told_by_voice(tip: Tip) -> bool:
    """Whether the reporter told it by phone or at the counter, and has no chat to be written to."""
    return tip.channel in _VOICE_CHANNELS


def step_words(code: str) -> str:
    """What a step is called."""
    return next((str(step.words) for step in _ALL_STEPS if step.code == code), code)


def checks_of_tip(tip: Tip) -> list[TipCheck]:
    """Every tick of the tip, oldest first, those that were taken away again too."""
    return _CHECKS.fetch(tip=tip.pk)


def check_list_lines(
    tip: Tip,
    checks: Iterable[TipCheck],
    decisions: Iterable[Decision],
    messages: Iterable[DialogueMessage],
) -> list[CheckListLine]:
    """The list for the page, from rows that were read already; empty when nothing is so urgent."""
    if not has_check_list(tip):
        return []
    last = {each.step: each for each in checks}
    first, *rest = [_check_line(step, last.get(step.code)) for step in check_list_steps(tip)]
    told = [] if tip.do_not_contact or is_told_by_voice(tip) else [_told_line(messages)]
    return [_taken_line(tip, decisions), first, *told, *rest]


def check_changed_at(check: TipCheck) -> datetime.datetime:
    """When it was ticked or unticked last."""
    return check.unticked_at or check.ticked_at


def check_changed_by(check: TipCheck) -> Officer:
    """Who ticked or unticked it last."""
    return check.unticked_by or check.ticked_by


def _check_line(step: CheckListStep, check: TipCheck | None) -> CheckListLine:
    if check is None:
        return CheckListLine(step.code, step.words, step.basis)
    if check.unticked_at is not None:
        return CheckListLine(step.code, step.words, step.basis, unticked=check)
    return CheckListLine(
        step.code, step.words, step.basis, who=str(check.ticked_by), at=check.ticked_at
    )


def _taken_line(tip: Tip, decisions: Iterable[Decision]) -> CheckListLine:
    words = _("Somebody has taken it: every level sees the name")
    taken = [
        each
        for each in decisions
        if each.kind == Decision.Kind.ACCEPTED and "taken_back" not in each.detail
    ]
    if tip.assigned_to is None:
        return CheckListLine("taken", words, is_kept=False)
    at = taken[-1].at if taken else tip.received_at
    return CheckListLine("taken", words, is_kept=False, who=str(tip.assigned_to), at=at)


def _told_line(messages: Iterable[DialogueMessage]) -> CheckListLine:
    words = _("The reporter has an answer from an officer")
    ours = [each for each in messages if each.author == DialogueMessage.Author.DESK]
    if not ours:
        return CheckListLine("told", words, is_kept=False)
    return CheckListLine("told", words, is_kept=False, who=str(ours[-1].officer), at=ours[-1].at)


def _numbers_to_call(tip: Tip) -> frozenset[str]:
    """By what an officer decided it is; before that, all that reporter and machine may have meant.

    Where nobody said anything, the police.
    """
    known = [categories()[code] for code in _codes(tip) if code in categories()]
    return frozenset().union(*(each.numbers for each in known)) if known else _POLICE


def _codes(tip: Tip) -> frozenset[str]:
    if tip.category:
        return frozenset({tip.category})
    suggestion = getattr(tip, "suggestion", None)
    guesses = suggestion.categories[:1] if suggestion else []
    return frozenset(categories_of_topic(tip.topic)) | {guess["code"] for guess in guesses}
