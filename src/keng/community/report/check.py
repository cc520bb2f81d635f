"""Before sending: every answer with a link to change it, who reads it, and what is kept."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from keng.community.drafts import REPORT_COOKIE
from keng.community.report.name import ANONYMOUS
from keng.community.report.recipient import ABROAD, NOWHERE, ONLINE, PROVINCE, place_of
from keng.community.report.send import FileLost, NoSuchDraft, send_report
from keng.community.report.steps import (
    CHECK_STEP,
    ReportJourney,
    report_step,
    step_url,
)
from keng.dialogue.public.code_page import TIP_CODE_PAGE
from keng.kit import cookies
from keng.kit.forms import Form
from keng.kit.rate_limits import client_mark
from keng.kit.urgency import Happening
from keng.language import lost_money
from keng.language.danger import is_about_child
from keng.language.fold import fold
from keng.tips import receipt_codes
from keng.tips.errors import CannotSeal
from keng.tips.topics import MONEY_TOPICS, TOPIC_NAMES, may_have_lost_money


class SendForm(Form):
    """The token from which the receipt code is made; only this browser has it."""

    token = forms.RegexField(r"^[\w-]{22}$", required=True)


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One answer, and where it can be changed."""

    label: str
    value: str
    url: str


@report_step(CHECK_STEP, SendForm)
def report_check(report: ReportJourney, form: SendForm) -> HttpResponse:
    """Show everything once more; send it when asked to."""
    if form.is_bound and "meant" in form.data and report.was_open:
        report.answers["meant_for_unit"] = form.data["meant"] == "1"
        return report.ask_again()
    if not form.is_bound or not form.is_valid():
        return _check_page(report, SendForm())
    token = form.cleaned_data["token"]
    if report.was_open and report.next_step != CHECK_STEP:
        return _check_page(report, SendForm())
    try:
        send_report(
            report.draft.secret,
            token,
            language=report.request.LANGUAGE_CODE,
            sender_mark=client_mark(report.request),
        )
    except NoSuchDraft:
        return report.gone_page()
    except FileLost as lost:
        form.add_error(None, lost.sentence)
        return _check_page(report, form, token=token)
    except CannotSeal:
        words = _(
            "This site cannot seal names, phone numbers and files yet. Take them out, then send."
        )
        form.add_error(None, words)
        return _check_page(report, form, token=token)
    response = TIP_CODE_PAGE.lead_to(token) if _is_sender(report, token) else TIP_CODE_PAGE.ask()
    cookies.forget_cookies(response, REPORT_COOKIE)
    return response


def _is_sender(report: ReportJourney, token: str) -> bool:
    """Whether the form comes from the browser that wrote the report: not after Quick exit.

    Either the first answer never came, and the report's own cookie is still there, or it did.
    """
    has_draft = bool(report.request.COOKIES.get(REPORT_COOKIE))
    return has_draft or TIP_CODE_PAGE.secret_of(report.request) == token


def _check_page(report: ReportJourney, form: SendForm, *, token: str = "") -> HttpResponse:
    if not report.was_open:
        return report.gone_page()
    if report.next_step != CHECK_STEP:
        return report.go_to(report.next_step)
    said = report.answers
    return report.question_page(
        form,
        has_files=bool(report.draft.files),
        rows=_answer_rows(report),
        token=token or receipt_codes.new_token(),
        is_about_child=is_about_child(said["text"], said["topic"]),
        money_left=bool(said.get("money_moved"))
        or lost_money.money_has_left(fold(said["text"]))
        or may_have_lost_money(said["topic"], report.request.LANGUAGE_CODE),
    )


def _happening_words(said: str) -> str:
    return str(Happening(said).label) if said else _("Not answered")


def _answer_rows(report: ReportJourney) -> list[AnswerRow]:
    said, none = report.answers, _("none")
    place, spot = place_of(said), said.get("spot") or none
    rows = [
        AnswerRow(_("Who should get it"), _desk_words(report), step_url("who-gets")),
        AnswerRow(_("What it is about"), str(TOPIC_NAMES[said["topic"]]), step_url("what")),
        AnswerRow(
            _("Where"),
            place.full_name if place else _no_place_words(said["place"]),
            step_url("where"),
        ),
        AnswerRow(_("The exact spot"), spot, step_url("where")),
        AnswerRow(_("In your words"), said["text"] or none, step_url("describe")),
        AnswerRow(_("Still happening"), _happening_words(said["happening"]), step_url("describe")),
    ]
    if said.get("team"):
        rows.insert(1, AnswerRow(_("Comes from"), _team_words(said), step_url("who-gets")))
    if said["topic"] in MONEY_TOPICS:
        # A box that was not ticked is no answer.
        moved = _("Yes") if said.get("money_moved") else _("Not answered")
        rows.append(AnswerRow(_("Sent money or read out a code"), moved, step_url("describe")))
    rows.append(
        AnswerRow(_("Pictures, videos, sound"), _file_lines(report) or none, step_url("describe"))
    )
    rows.append(AnswerRow(_("About you"), _identity_words(report), step_url("name")))
    return rows


def _desk_words(report: ReportJourney) -> str:
    """As it was chosen, or as it goes where the words seem to be about an officer there."""
    recipient = report.recipient()
    is_guess = recipient is not None and recipient.is_guess
    if is_guess or report.answers["desk"] == PROVINCE:
        return _("Straight to the province")
    return _("The police of the ward or commune where it happened")


def _team_words(said: dict[str, Any]) -> str:
    return _("A self-management team") if said.get("as_team") else _("A resident")


def _no_place_words(chosen: str) -> str:
    if chosen == ONLINE:
        return _("By phone or online, no place")
    if chosen == ABROAD:
        return _("Outside Vietnam")
    return _("I do not remember") if chosen in NOWHERE else _("none")


def _file_lines(report: ReportJourney) -> str:
    return "\n".join(
        f"{file.name} ({filesizeformat(file.size or 0)})" for file in report.draft.files
    )


def _identity_words(report: ReportJourney) -> str:
    if report.answers.get("wish", ANONYMOUS) == ANONYMOUS:
        return _("Anonymous")
    named = [report.answers.get("name"), report.answers.get("phone")]
    said = _("Sealed: %(who)s") % {"who": ", ".join(part for part in named if part)}
    if report.answers.get("do_not_call"):
        return f"{said}\n{_('Do not call')}"
    if not report.answers.get("safe_from"):
        return said
    hours = _("Call only from %(first)s:00 to %(last)s:00") % {
        "first": report.answers["safe_from"],
        "last": report.answers["safe_until"],
    }
    return f"{said}\n{hours}"
