"""What pages show of a survey; of a result shares with their numbers, what is hidden and why."""

import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from keng.kit.small_counts import FEWEST_SHOWN
from keng.surveys import content as contents
from keng.surveys import queries
from keng.surveys.chat.sentences import start_words
from keng.surveys.content import PLACE_KEY, Question, SurveyContent
from keng.surveys.models import Survey
from keng.surveys.promises import PROMISES


def survey_context(found: Survey, content: SurveyContent | None = None) -> dict[str, Any]:
    """What every page of a survey shows."""
    content = content or queries.content_of(found)
    last = found.content.get("closes_on")
    results_on = found.content.get("results_on")
    return {
        "survey": found,
        "content": content,
        "spoken": content.language,
        "closes_on": datetime.date.fromisoformat(last) if last else None,
        "results_on": datetime.date.fromisoformat(results_on) if results_on else None,
        "address": f"{settings.PUBLIC_URL}/s/{found.code}",
        "once": found.reach == Survey.Reach.ONCE,
        "promises": PROMISES,
        "chat_account": queries.chat_account_name(found),
        "start_words": start_words(found, content.language),
    }


def result_context(survey: Survey, language: str) -> dict[str, Any]:
    """The context of the result page; in a language in which the outcome exists."""
    spoken = contents.reading_language(survey.content, language)
    with override(spoken):
        content = queries.content_of(survey, spoken)
    result = queries.published_result(survey)
    words = result.words.get(spoken) or result.words.get("vi") or {}
    return {
        "survey": survey,
        "changed_at": result.released_at if result.released_at != survey.published_at else None,
        "content": content,
        "spoken": spoken,
        "outcome_spoken": spoken if result.words.get(spoken) else "vi",
        "headline": words.get("headline", ""),
        "deeds": [line for line in words.get("deeds", "").splitlines() if line.strip()],
        "texts": [
            (question, result.texts[question.key])
            for question in content.questions
            if question.kind == "text" and question.key in result.texts
        ],
        "once": survey.reach == Survey.Reach.ONCE,
        "promises": PROMISES,
    } | figures_context(content, survey.figures)


def figures_context(content: SurveyContent, kept: dict[str, Any] | None) -> dict[str, Any]:
    """The figures as everybody sees them, for the page of the result and those that lead to it."""
    figures = kept or {}
    return {
        "figures": figures,
        "too_few": figures.get("answers", 0) < FEWEST_SHOWN,
        "blocks": question_blocks(content, figures),
        "places": place_rows(content, figures),
        "finding": content.finding,
        "returned": percent_returned(figures),
        "marked_words": marked_words(content),
    }


def percent_returned(figures: dict[str, Any]) -> int:
    """How many of a hundred slips gave an answer."""
    return percent(figures.get("answers", 0), figures.get("slips", 0))


def question_blocks(content: SurveyContent, figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Each question with its answers."""
    found = []
    for question in content.questions:
        counted = figures.get("questions", {}).get(question.key)
        if counted is not None:
            found.append(_block(question, counted))
    return found


def _block(question: Question, counted: dict[str, Any]) -> dict[str, Any]:
    asked = counted["asked"]
    rows = [
        {
            "label": label,
            "count": count,
            "why": _why(why),
            "percent": percent(count, asked) if count is not None else None,
            "strong": at in question.marked,
        }
        for at, (label, count, why) in enumerate(
            zip(question.options, counted["rows"], counted["why"], strict=False)
        )
    ]
    largest = max((row["count"] or 0 for row in rows), default=0)
    return {"question": question, "asked": asked, "rows": rows, "largest": largest}


def place_rows(content: SurveyContent, figures: dict[str, Any]) -> list[dict[str, Any]]:
    """The marked answers by place; an empty list when nothing can be said by place."""
    counted, place = figures.get("places"), content.question(PLACE_KEY)
    if not counted or place is None:
        return []
    return [
        {
            "label": place.options[row["place"]] if row["place"] >= 0 else _("Not said where"),
            "why": _why(row["why"]),
            "answered": row.get("answered"),
            "percent": percent(row["marked"], row["answered"]) if not row["why"] else None,
        }
        for row in counted["rows"]
    ]


def marked_words(content: SurveyContent) -> str:
    """The answers that are the finding, as one phrase."""
    finding = content.finding
    return finding.marked_words if finding else ""


def percent(part: int, whole: int) -> int:
    """A share in full per cent: more would pretend to be exact."""
    return round(100 * part / whole) if whole else 0


def _why(code: str) -> str:
    return {
        "": "",
        "small": _("Hidden: too few people"),
        "back": _("Hidden, so that it cannot be calculated back"),
    }[code]
