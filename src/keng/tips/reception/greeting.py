"""The automatic answers of a chat: they repeat nothing of what was said and carry no code."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from keng.tips.phrases import bank_first


def first_answer(
    language: str,
    *,
    unit_name: str,
    urgency: str,
    in_group: bool,
    token: str,
    money_left: bool = False,
) -> str:
    """What a reporter is told at once: received, 113, what a chat cannot hide, a one-time link.

    Whom to call comes first: 113 where somebody is in danger, the bank where money has just gone.
    """
    text = _first_answer(language, unit_name, urgency == "P0", in_group, money_left)
    return text.replace("{link}", f"{settings.PUBLIC_URL}/r/{token}")


@cache
def _first_answer(
    language: str, unit_name: str, is_danger: bool, in_group: bool, money_left: bool
) -> str:
    with translation.override(language):
        danger = _("If anybody is in danger now, call 113.")
        received = _("%(unit)s has received your report. An officer on duty will read it.") % {
            "unit": unit_name
        }
        moved = _("You wrote it in a group: we answer only here, where the group does not see it.")
        secrecy = _(
            "We seal who you are, but the chat company and whoever manages this account can see "
            "it. For secrecy, or if it is about an officer, use this page instead: %(page)s"
        ) % {"page": f"{settings.PUBLIC_URL}/"}
        receipt = _("Your receipt code, shown once: {link}")
        more = _(
            "To add something, write it here. “new tip” begins another report; “stop” ends all "
            "messages."
        )
        bank = [bank_first()] if money_left else []
    first = [danger, *bank, received] if is_danger else [*bank, received, danger]
    return "\n".join([*first, *([moved] if in_group else []), secrecy, receipt, more])


@cache
def stopped_answer(unit_name: str) -> str:
    """After "stop", in both languages: one word says little about who wrote it."""
    return _in_both_languages(lambda: _(
        "%(unit)s: you will get no more messages here. A report you made is still dealt with; its "
        "answers are on the status page, opened with your receipt code: %(page)s"
    ) % {"unit": unit_name, "page": f"{settings.PUBLIC_URL}/"})  # fmt: skip


@cache
def anew_answer(unit_name: str) -> str:
    """After "new tip" without a word more."""
    return _in_both_languages(lambda: _(
        "%(unit)s: write now what happened. It begins a new report."
    ) % {"unit": unit_name})  # fmt: skip


def _in_both_languages(sentence: Callable[[], str]) -> str:
    said = []
    for language in ("vi", "en"):
        with translation.override(language):
            said.append(sentence())
    return "\n".join(said)
