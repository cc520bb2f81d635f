"""The automatic answers of a chat: they repeat nothing of what was said and carry no code."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from keng.kit.urgency import Urgency
from keng.language.danger import POLICE_NUMBERS
from keng.tips.letters import (
    bank_first_sentence,
    child_line_sentence,
    danger_first_sentence,
)


def first_answer(
    language: str,
    *,
    unit_name: str,
    urgency: str,
    in_group: bool,
    token: str,
    money_left: bool = False,
    for_child: bool = False,
    kept_from: str = "",
    numbers: tuple[str, ...] = POLICE_NUMBERS,
    own_language: str = "",
) -> str:
    """What a reporter is told at once: received, 113, what a chat cannot hide, a one-time link.

    Whom to call comes first: `numbers` where somebody is in danger, 111 beside it `for_child`,
    where a child or violence at home is told of, the bank where money has just gone.
    `own_language` has only some sentences, as Chinese: those that say whom to call come in it.
    `kept_from` is the unit that does not see the report, since it seems to be about its officers.
    """
    text = _first_answer(
        language=language,
        own_language=own_language or language,
        unit_name=unit_name,
        is_danger=urgency == Urgency.P0,
        in_group=in_group,
        money_left=money_left,
        for_child=for_child,
        kept_from=kept_from,
        numbers=numbers,
    )
    return text.replace("{link}", f"{settings.PUBLIC_URL}/r/{token}")


@cache
def _first_answer(
    *,
    language: str,
    own_language: str,
    unit_name: str,
    is_danger: bool,
    in_group: bool,
    money_left: bool,
    for_child: bool,
    kept_from: str,
    numbers: tuple[str, ...],
) -> str:
    with translation.override(own_language):
        danger = danger_first_sentence(numbers)
        child = child_line_sentence() if for_child else ""
        bank = bank_first_sentence() if money_left else ""
    with translation.override(language):
        straight_up = about_officers_answer(kept_from) if kept_from else ""
        moved = ""
        if in_group:
            moved = _(
                "You wrote it in a group: we answer only here, where the group does not see it."
            )
        # Of an account that teaches people not to tap what comes by chat.
        receipt = _(
            "When there is an answer, this chat says only that, so that nobody who sees your phone "
            "reads it. The code to read answers with, shown once: {link}"
        )
        received = _("%(unit)s has received your report. An officer on duty will read it.")
        if is_danger:
            # Whether a pager is on that hears the call, nobody here can know.
            received = _("%(unit)s has your report as urgent. Perhaps nobody sees it right now.")
        received %= {"unit": unit_name}
        has_more_numbers = for_child or numbers != POLICE_NUMBERS
        if is_danger or (has_more_numbers and not money_left):
            # Whoever is in danger reads the first lines of it, if any.
            lines = [
                danger,
                child,
                bank,
                received,
                straight_up,
                moved,
                receipt,
                _("Whoever runs this chat can see who you are. For secrecy use this page: %(page)s")
                % {"page": _first_page()},
            ]
        else:
            lines = [
                bank,
                received,
                _("If anybody is in danger now, call 113."),
                straight_up,
                moved,
                _(
                    "We seal who you are, but the chat company and whoever manages this account "
                    "can see it. For secrecy, or if it is about an officer, use this page instead: "
                    "%(page)s"
                )
                % {"page": _first_page()},
                receipt,
                _(
                    "To add something, write it here. “new tip” begins another report; “look up” "
                    "and a number, an account or a link tells you what is known of it; “stop” ends "
                    "all messages."
                ),
            ]
    return "\n".join(filter(None, lines))


def about_officers_answer(unit_name: str) -> str:
    """Where a report about officers went, and how to say that it is meant for their desk."""
    return _(
        "This seems to be about an officer here. It went straight to the province; %(unit)s does "
        "not see it. If it is meant for them, write: for %(unit)s"
    ) % {"unit": unit_name}


@cache
def stopped_answer(unit_name: str) -> str:
    """After "stop", in both languages: one word says little about who wrote it."""

    def sentence() -> str:
        return _(
            "%(unit)s: you will get no more messages here. A report you made is still dealt with; "
            "its answers are on the page of your report, opened with your receipt code: %(page)s "
            "To get messages here again, write “start”."
        ) % {"unit": unit_name, "page": _first_page()}

    return _in_both_languages(sentence)


@cache
def stopped_warnings_answer(unit_name: str) -> str:
    """After "stop" of somebody who only got warnings."""

    def sentence() -> str:
        return _(
            "%(unit)s: you will get no more warnings here. To get them again, sign up: %(page)s"
        ) % {"unit": unit_name, "page": f"{_first_page()}subscribe/"}

    return _in_both_languages(sentence)


@cache
def whether_to_stop_question(language: str) -> str:
    """After a lone word that asks to stop or answers a question."""
    with translation.override(language):
        return _(
            "Do you want no more messages here? Then write “stop messages”. If not, just go on "
            "writing: what you have written is with the desk."
        )


@cache
def came_back_answer(unit_name: str) -> str:
    """After "start", in both languages."""

    def sentence() -> str:
        return _(
            "%(unit)s: you get messages here again. What was answered meanwhile is on the page of "
            "your report: %(page)s"
        ) % {"unit": unit_name, "page": _first_page()}

    return _in_both_languages(sentence)


def still_stopped_answer(language: str) -> str:
    """When somebody writes on after a stop, once."""
    with translation.override(language):
        return _(
            "What you have written is with the desk. You stopped messages here, so answers are "
            "only on the page of your report: %(page)s To get them here again, write “start”."
        ) % {"page": _first_page()}


@cache
def anew_answer(unit_name: str) -> str:
    """After "new tip" without a word more."""
    return _in_both_languages(
        lambda: (
            _("%(unit)s: write now what happened. It begins a new report.") % {"unit": unit_name}
        )
    )


def _first_page() -> str:
    return f"{settings.PUBLIC_URL}/"


def _in_both_languages(sentence: Callable[[], str]) -> str:
    said = []
    for language in ("vi", "en"):
        with translation.override(language):
            said.append(sentence())
    return "\n".join(said)
