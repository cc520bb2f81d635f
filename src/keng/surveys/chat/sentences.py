"""Every sentence of a survey in a chat, in the language in which it was begun."""

import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keng.surveys.content import Question, SurveyContent
from keng.surveys.models import Survey

LONGEST = 1900
_LONGEST_PART = 55


def start_words(survey: Survey, language: str = "vi") -> str:
    """What somebody writes to begin it in a chat."""
    return f"{'survey' if language == 'en' else 'khảo sát'} {survey.code}"


def survey_url(survey: Survey) -> str:
    """Where the same survey stands on the web."""
    return f"{settings.PUBLIC_URL}/s/{survey.code}"


def greeting(survey: Survey, content: SurveyContent, count: int, left_out: int) -> str:
    """Who asks and why, how many questions, and what a chat cannot hide."""
    lines = [
        content.title,
        f"{survey.unit.name}: {content.why}",
        ngettext(
            "%(n)d question. We do not ask for your name.",
            "%(n)d questions. We do not ask for your name.",
            count,
        )
        % {"n": count},
        _("The chat company can see what is written here. Without it: %(page)s")
        % {"page": survey_url(survey)},
    ]
    if left_out:
        lines.append(
            ngettext(
                "%(n)d more question cannot be answered by a number: it is only on that page.",
                "%(n)d more questions cannot be answered by a number: they are only on that page.",
                left_out,
            )
            % {"n": left_out}
        )
    return "\n".join(lines)


def question_text(question: Question, number: int, count: int) -> str:
    """One question with its numbers."""
    lines = [
        _("Question %(n)d of %(count)d: %(text)s")
        % {"n": number, "count": count, "text": question.text}
    ]
    if question.hint:
        lines.append(question.hint)
    if question.kind == "scale":
        lines += [question.options[0], "…", question.options[-1]]
    else:
        lines += [f"{at}. {words}" for at, words in enumerate(question.options, start=1)]
    how = (
        _("Answer with one or several numbers, such as: 1 3.")
        if question.kind == "several"
        else _("Answer with one number.")
    )
    lines.append(how + " " + _("“0”: I would rather not say. “stop”: nothing is counted."))
    return "\n".join(lines)


def not_an_option(question: Question) -> str:
    """A number that is none of the answers."""
    if question.kind == "several":
        return _("Choose from 1 to %(most)d, or 0.") % {"most": len(question.options)}
    return _("Choose one number from 1 to %(most)d, or 0.") % {"most": len(question.options)}


def answers_summary(content: SurveyContent, said: dict[str, object], asked: list[Question]) -> str:
    """Every answer once more, before it is counted."""
    lines = [_("Look it over. Nothing has been counted yet:")]
    for at, question in enumerate(asked, start=1):
        words = "; ".join(question.words_of(said.get(question.key))) or _("No answer")
        lines.append(f"{at}. {_short(question.text)} → {_short(words)}")
    lines.append(_("1: count it. 2: begin again. “stop”: nothing is counted."))
    return "\n".join(lines)


def answer_counted(survey: Survey) -> str:
    """Counted."""
    results_on = survey.content.get("results_on")
    day = datetime.date.fromisoformat(results_on) if results_on else None
    when = (
        _("The result comes on %(day)s to %(page)s") if day else _("The result comes to %(page)s")
    ) % {"day": f"{day:%-d/%-m/%Y}" if day else "", "page": survey_url(survey)}
    kept = (
        _("That this chat has answered is kept until the result, so that each answers once.")
        if survey.reach == Survey.Reach.OPEN
        else _("That this chat took part is kept for two more hours.")
    )
    counted = _("Thank you. Your answers are counted, and no longer kept with this chat.")
    return "\n".join([f"{counted} {kept}", when])


def survey_is_over() -> str:
    return _(
        "The survey is over here, and this was not counted. To report something, write what "
        "happened."
    )


def survey_stopped(survey: Survey, language: str) -> str:
    return _(
        "The survey is stopped; nothing was counted. To begin it again: %(words)s. To get no "
        "messages at all any more, write “stop” once more."
    ) % {"words": start_words(survey, language)}


def ended_by_report(survey: Survey, language: str) -> str:
    """After a report in the middle of a survey."""
    return _(
        "What you wrote last went to the officers on duty as a report, not into the survey. The "
        "survey ends here; nothing of it was counted. To begin it again: %(words)s"
    ) % {"words": start_words(survey, language)}


def survey_is_closed(survey: Survey) -> str:
    return _("This survey is closed; no answer is counted any more. The result: %(page)s") % {
        "page": survey_url(survey)
    }


def chat_answered_before(survey: Survey) -> str:
    return _(
        "This chat has answered already, and that is counted: one answer from each chat, so that "
        "no few people speak for all. Others of your family answer on their own phone, or on "
        "paper: %(page)s"
    ) % {"page": survey_url(survey)}


def unknown_survey() -> str:
    return _(
        "There is no such survey open. Compare the six characters of its code. To report "
        "something, write what happened."
    )


def slip_needed(survey: Survey, language: str, why: str) -> str:
    """A survey for which each household or group has a slip."""
    first = {
        "": _("This survey is for whoever has a slip; each counts once."),
        "unknown": _("There is no such slip. Compare its code letter by letter."),
        "used": _("This slip has given its answer already; each counts once."),
    }[why]
    write = _("Write both codes, the survey's and the slip's: %(words)s XXXXX-XXXXX") % {
        "words": start_words(survey, language)
    }
    return f"{first}\n{write}"


def only_on_page(survey: Survey) -> str:
    return _(
        "The questions of this survey cannot be answered by numbers. Answer them here: %(page)s"
    ) % {"page": survey_url(survey)}


def choice_of_surveys(surveys: list[tuple[Survey, SurveyContent]], language: str) -> str:
    """What is open, when no code was given."""
    if not surveys:
        return _("No survey is open now. To report something, write what happened.")
    lines = [_("Open now. Write its line to begin:")]
    lines += [f"{start_words(one, language)}: {content.title}" for one, content in surveys]
    return "\n".join(lines)


def too_many_begun() -> str:
    return _(
        "You began many surveys in a short time. Wait some minutes, or use the page: %(page)s"
    ) % {"page": f"{settings.PUBLIC_URL}/surveys"}


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST_PART else f"{words[: _LONGEST_PART - 1]}…"
