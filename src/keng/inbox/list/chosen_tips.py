"""Tips that were ticked to be answered or ended together, and which of them are read by themselves.

Each is decided on by an act of its own, as it was shown; what changed meanwhile is left as it is.
"""

import datetime
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Model, TextChoices
from django.utils.translation import gettext_lazy as _

from keng.accounts.models import Officer
from keng.acts.errors import Refused, TryAgain
from keng.decisions import closing, undo
from keng.decisions.viewing import note_first_read
from keng.dialogue import answering
from keng.dialogue.dialogue_parts import unanswered_messages
from keng.kit import times
from keng.kit.ids import read_id
from keng.kit.languages import full_language
from keng.kit.urgency import URGENT_LEVELS
from keng.tips.errors import CannotSeal, ChangedMeanwhile
from keng.tips.messages import ANSWER_HELD_FOR
from keng.tips.models import Decision, DialogueMessage, Note, Tip, TipCheck, TipConcern
from keng.tips.origins import answer_place
from keng.tips.page_version import page_version_of
from keng.tips.wordless import is_wordless

# As many as a page of the list shows: each is read before one answer goes to all.
MOST_ENDED_TOGETHER = 50
# How much longer than one answer each of them is held: for doing it, and for undoing it again.
_HELD_FOR_EACH = datetime.timedelta(milliseconds=400)
# Reasons that fit many. A complaint about officers and words that are sealed are judged one by one.
ENDED_TOGETHER_AS = (
    Decision.DeclinedAs.PROCEDURE,
    Decision.DeclinedAs.CIVIL,
    Decision.DeclinedAs.MUNICIPAL,
    Decision.DeclinedAs.NOT_CHECKABLE,
    Decision.DeclinedAs.SPAM,
)


class ReadFirst(TextChoices):
    """Why a tip is not answered or ended among many: somebody reads it by itself."""

    URGENT = "urgent", _("urgent, or it may be")
    DANGER = "danger", _("danger was told")
    OFFICERS = "officers", _("it is about officers")
    WORDLESS = "wordless", _("without words: look at what was sent")
    WROTE_AGAIN = "wrote_again", _("the reporter wrote again")
    LANGUAGE = "language", _("in another language")
    CLOSED = "closed", _("closed already")
    TOO_MANY = "too_many", _("more than are answered at once")
    NOT_CONTACTED = "not_contacted", _("asked not to be contacted")


class ChosenTip(NamedTuple):
    """A ticked tip, the version of it that the officer is shown, and why it is left out if it is.

    `seen` is a version of keng.tips.page_version.
    """

    tip: Tip
    seen: str
    read_first: ReadFirst | None
    unanswered: list[DialogueMessage]
    """What its reporter wrote and nobody has answered, oldest first."""

    @property
    def unsent_note(self) -> str:
        """Where its reporter reads the answer, if nothing is sent to them."""
        return answer_place(self.tip, "") if self.tip.do_not_contact else ""


@dataclass(slots=True)
class TogetherResult:
    """What was done: the marks that undo it, and what something stood in the way of.

    Undone until `undo_until`, all of it is: the undo of many takes its time before they leave.
    """

    undo_until: datetime.datetime
    undo_marks: list[str] = field(default_factory=list)
    left: list[Tip] = field(default_factory=list)


class SentTogether(NamedTuple):
    """One answer to several: to which, how it ended them (nothing where it did not), its words."""

    tip_ids: list[uuid.UUID]
    declined_as: str
    words: str


@dataclass(slots=True)
class UndoResult:
    """How many were taken back, how many could not be, and the marks to try once more."""

    taken_back: int = 0
    too_late: int = 0
    undo_marks: list[str] = field(default_factory=list)


def chosen_tips(
    officer: Officer, tip_ids: Iterable[uuid.UUID], *, only_answered: bool = False
) -> list[ChosenTip]:
    """Those of them that the officer sees, oldest first, each with what stands in its way.

    `only_answered` where they stay open: then nobody is answered who asked not to be contacted.
    """
    visible = Tip.objects.visible_to(officer).filter(pk__in=list(tip_ids))
    tips = list(visible.select_related("place", "suggestion", "responsible_unit").order_by("id"))
    steps = _rows_by_tip(Decision.objects.filter(tip__in=tips))
    said = _rows_by_tip(DialogueMessage.objects.filter(tip__in=tips))
    notes = _rows_by_tip(Note.objects.filter(tip__in=tips))
    checks = _rows_by_tip(TipCheck.objects.filter(tip__in=tips))
    # Also where that is a guess: nobody ends such a complaint among what is told as spam.
    complaints = set(TipConcern.objects.filter(tip__in=tips).values_list("tip", flat=True))
    languages = Counter(full_language(tip.language) for tip in tips)
    usual = languages.most_common(1)[0][0] if languages else ""
    chosen, calm = [], 0
    for tip in tips:
        seen = page_version_of(steps[tip.pk], said[tip.pk], notes[tip.pk], checks[tip.pk])
        why = _why_read_first(tip, said[tip.pk], usual, only_answered=only_answered)
        if why is None and tip.pk in complaints:
            why = ReadFirst.OFFICERS
        calm += why is None
        if calm > MOST_ENDED_TOGETHER:
            why = why or ReadFirst.TOO_MANY
        chosen.append(ChosenTip(tip, seen, why, unanswered_messages(said[tip.pk], tip)))
    return chosen


def decline_together(
    chosen: Sequence[ChosenTip],
    *,
    kind: str,
    reason: str,
    reply: str,
    seen: Mapping[uuid.UUID, str],
    by: Officer,
) -> TogetherResult:
    """Decline each that may be ended among others, with one reply; `seen` as it was shown.

    Raises nothing for what cannot be done with one of them: it is left.
    """

    def decline(tip: Tip, version: str, hold: datetime.timedelta) -> str:
        step = closing.decline_tip(
            tip.pk, kind=kind, reply=reply, reason=reason, by=by, hold=hold, seen=version
        )
        return f"{step.pk}:{step.secret}"

    return _each_by_itself(chosen, seen, by, decline)


def answer_together(
    chosen: Sequence[ChosenTip], *, text: str, seen: Mapping[uuid.UUID, str], by: Officer
) -> TogetherResult:
    """Answer each that may be answered among others; the tips stay open."""

    def answer(tip: Tip, version: str, hold: datetime.timedelta) -> str:
        message = answering.answer_reporter(tip.pk, text=text, by=by, hold=hold, seen=version)
        return str(message.pk)

    return _each_by_itself(chosen, seen, by, answer)


def sent_together(marks: Sequence[str], officer: Officer) -> SentTogether:
    """What was sent by these marks of an undo, as long as it has not been taken back."""
    ids = [pk for mark in marks if (pk := read_id(mark.partition(":")[0]))]
    mine = DialogueMessage.objects.filter(officer=officer)
    steps = list(Decision.objects.filter(pk__in=ids, by=officer, kind=Decision.Kind.DECLINED))
    if steps:
        said = mine.filter(tip=steps[0].tip_id).order_by("-id")
        tip_ids, declined_as = [step.tip_id for step in steps], steps[0].detail["as_kind"]
    else:
        said = mine.filter(pk__in=ids)
        tip_ids, declined_as = list(said.values_list("tip", flat=True)), ""
    return SentTogether(tip_ids, declined_as, said.values_list("text", flat=True).first() or "")


def take_back_together(marks: Sequence[str], *, by: Officer) -> UndoResult:
    """Undo what was done together, last first.

    Raises nothing for what cannot be taken back: it is counted.
    """
    done = UndoResult()
    for mark in reversed(marks):
        pk, _sep, secret = mark.partition(":")
        try:
            if secret:
                undo.take_back_decision(uuid.UUID(pk), by=by, secret=secret)
            else:
                answering.withdraw_answer(uuid.UUID(pk), by=by)
        except TryAgain:
            done.undo_marks.insert(0, mark)
        except (Refused, ValueError):
            done.too_late += 1
        else:
            done.taken_back += 1
    return done


def _each_by_itself(
    chosen: Sequence[ChosenTip],
    seen: Mapping[uuid.UUID, str],
    by: Officer,
    decide: Callable[[Tip, str, datetime.timedelta], str],
) -> TogetherResult:
    """One act and one transaction a tip: whoever stops half-way has half of them done.

    All answers leave together, and none before it was held as long as one alone.
    """
    began = times.now()
    # Those that are left take no time: an answer is held no longer than its end can be undone.
    decided = sum(each.read_first is None for each in chosen)
    leaves_at = began + ANSWER_HELD_FOR + _HELD_FOR_EACH * decided
    done = TogetherResult(leaves_at)
    for each in chosen:
        try:
            if each.read_first or each.tip.pk not in seen:
                raise ChangedMeanwhile(None)
            note_first_read(each.tip.pk, by=by)
            hold = max(leaves_at - times.now(), ANSWER_HELD_FOR)
            done.undo_marks.append(decide(each.tip, seen[each.tip.pk], hold))
        except (Refused, CannotSeal):
            # Also what met a lock (TryAgain): those before it are done, and can be undone.
            done.left.append(each.tip)
    # Undoing them takes as long as doing them did.
    done.undo_until = leaves_at - (times.now() - began)
    return done


def _why_read_first(
    tip: Tip, said: list[DialogueMessage], usual: str, *, only_answered: bool
) -> ReadFirst | None:
    if grave := _why_grave(tip, said):
        return grave
    if only_answered and tip.do_not_contact:
        return ReadFirst.NOT_CONTACTED
    return ReadFirst.LANGUAGE if full_language(tip.language) != usual else None


def _why_grave(tip: Tip, said: list[DialogueMessage]) -> ReadFirst | None:
    suggestion = getattr(tip, "suggestion", None)
    suggested = suggestion.urgency if suggestion is not None and not tip.urgency_is_rated else ""
    if not tip.is_open:
        return ReadFirst.CLOSED
    if tip.danger_at is not None or tip.danger_unheard:
        return ReadFirst.DANGER
    if tip.urgency in URGENT_LEVELS or suggested in URGENT_LEVELS:
        return ReadFirst.URGENT
    if is_wordless(tip.text):
        return ReadFirst.WORDLESS
    return ReadFirst.WROTE_AGAIN if unanswered_messages(said, tip) else None


def _rows_by_tip(rows: Any) -> dict[uuid.UUID, list[Any]]:
    found: dict[uuid.UUID, list[Model]] = defaultdict(list)
    for row in rows.order_by("id"):
        found[row.tip_id].append(row)
    return found
