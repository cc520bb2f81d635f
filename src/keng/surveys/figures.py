"""The figures of a result, without what is too small: what is kept and what is published.

{"answers", "paper", "chat", "again", "crowded", "slips",
"questions": {key: {"asked", "rows": [number or null], "why": [...]}},
"places": {"question", "rows": [{"place", "answered", "marked", "why"}]} or null}
A hidden number is not in it at all.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from keng.kit.small_counts import FEWEST_SHOWN
from keng.surveys import suppress
from keng.surveys.content import PLACE_KEY, Question, SurveyContent, chosen_options
from keng.surveys.models import Answer
from keng.surveys.suppress import PlaceCell

NO_PLACE = -1
_NONE: dict[str, Any] = {"asked": None, "rows": [], "why": []}


class CountedAnswer(Protocol):
    """One filled-in form, as far as it is counted."""

    said: Any
    origin: str
    again: bool
    crowded: bool


def count_answers(
    content: SurveyContent, answers: Sequence[CountedAnswer], *, slips: int = 0
) -> dict[str, Any]:
    """Everything that may be said about these answers."""
    total = len(answers)
    counted: dict[str, Any] = {
        "answers": total,
        "paper": sum(one.origin == Answer.Origin.PAPER for one in answers),
        "chat": sum(one.origin == Answer.Origin.CHAT for one in answers),
        "again": sum(one.again for one in answers),
        "crowded": sum(one.crowded for one in answers),
        "slips": slips,
        "questions": {},
        "places": None,
    }
    # Whoever is one of four is known to the other three.
    if total < FEWEST_SHOWN:
        return counted
    said = [one.said for one in answers]
    for question in content.questions:
        if question.kind not in {"text", "place"}:
            shown = not _gate_is_hidden(question, counted["questions"])
            counted["questions"][question.key] = _distribution(question, said) if shown else _NONE
    counted["places"] = _by_place(content, said)
    return counted


def _gate_is_hidden(question: Question, counted: Mapping[str, Any]) -> bool:
    """How many were asked would tell how many chose the answer that leads here."""
    if question.only_if is None:
        return False
    key, wanted = question.only_if
    rows = counted[key]["rows"]
    return any(at >= len(rows) or rows[at] is None for at in wanted)


def _distribution(question: Question, said: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    given = [chosen_options(one[question.key]) for one in said if question.key in one]
    counts = [sum(at in one for one in given) for at in range(len(question.options))]
    if len(given) < FEWEST_SHOWN:
        return _NONE
    if question.kind == "several":
        # Each answer stands alone: the counts have no sum to subtract from.
        why: list[Any] = [suppress.SMALL if n < FEWEST_SHOWN else "" for n in counts]
    else:
        why = list(suppress.hidden_parts(counts))
    rows = [None if hidden else n for n, hidden in zip(counts, why, strict=True)]
    return {"asked": len(given), "rows": rows, "why": why}


def _by_place(content: SurveyContent, said: Iterable[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The marked answers of one question by place. Only of one: two tables tell more than each."""
    finding, place = content.finding, content.question(PLACE_KEY)
    if finding is None or place is None:
        return None
    cells = {str(at): PlaceCell(0, 0) for at in range(len(place.options))}
    for one in said:
        if finding.key not in one:
            continue
        where = str(one.get(PLACE_KEY, NO_PLACE))
        is_marked = any(at in finding.marked for at in chosen_options(one[finding.key]))
        cells[where] = cells.get(where, PlaceCell(0, 0)) + PlaceCell(1, int(is_marked))
    hidden = suppress.hidden_places(cells)
    if hidden is None:
        return None
    rows = [
        {"place": int(key), "why": hidden[key]}
        if hidden[key]
        else {"place": int(key), "why": "", "answered": cell.answered, "marked": cell.marked}
        for key, cell in cells.items()
    ]
    return {"question": finding.key, "rows": rows}
