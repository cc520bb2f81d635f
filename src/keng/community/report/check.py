"""Before sending: every answer with a link to change it, who reads it, and what is kept."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from keng.community.report.name import ANONYMOUS
from keng.community.report.recipient import ABROAD, NOWHERE, ONLINE, PROVINCE, place_of
from keng.community.report.sending import FileLost, NotThere, send
from keng.community.report.steps import CHECK, COOKIE, Report, step, url_of
from keng.community.report.what import ABOUT_MONEY, NAMES
from keng.dialogue.public.code_page import TIP_CODE_PAGE
from keng.kit import cookies
from keng.kit.forms import Form
from keng.kit.slowing import mark_of
from keng.language.danger import is_about_child
from keng.tips import receipt_codes
from keng.tips.errors import CannotSeal
from keng.tips.models import Tip


class SendForm(Form):
    """The token from which the receipt code is made; only this browser has it."""

    token = forms.RegexField(r"^[\w-]{22}$", required=True)


@dataclass(frozen=True, slots=True)
class Row:
    """One answer, and where it can be changed."""

    label: str
    value: str
    url: str


@step(CHECK, SendForm)
def check(report: Report, form: SendForm) -> HttpResponse:
    """Show everything once more; send it when asked to."""
    if form.is_bound and "meant" in form.data and report.was_open:
        report.answers["meant_for_unit"] = form.data["meant"] == "1"
        return report.stay()
    if not form.is_bound or not form.is_valid():
        return _page(report, SendForm())
    token = form.cleaned_data["token"]
    if report.was_open and report.next_step != CHECK:
        return _page(report, SendForm())
    try:
        send(
            report.draft.secret,
            token,
            language=report.request.LANGUAGE_CODE,
            sender_mark=mark_of(report.request),
        )
    except NotThere:
        return report.gone()
    except FileLost as lost:
        words = _("%(name)s cannot be read any more. Take it out, or add it again.")
        form.add_error(None, words % {"name": lost.name})
        return _page(report, form, token=token)
    except CannotSeal:
        words = _(
            "This site cannot seal names, phone numbers and files yet. Take them out, then send."
        )
        form.add_error(None, words)
        return _page(report, form, token=token)
    response = TIP_CODE_PAGE.lead_to(token) if _is_sender(report, token) else TIP_CODE_PAGE.ask()
    cookies.forget(response, COOKIE)
    return response


def _is_sender(report: Report, token: str) -> bool:
    """Whether the form comes from the browser that wrote the report: not after Quick exit.

    Either the first answer never came, and the report's own cookie is still there, or it did.
    """
    has_draft = bool(report.request.COOKIES.get(COOKIE))
    return has_draft or TIP_CODE_PAGE.secret_of(report.request) == token


def _page(report: Report, form: SendForm, *, token: str = "") -> HttpResponse:
    if not report.was_open:
        return report.gone()
    if report.next_step != CHECK:
        return report.go(report.next_step)
    said = report.answers
    return report.page(
        form,
        rows=_rows(report),
        token=token or receipt_codes.new_token(),
        is_about_child=is_about_child(said["text"], said["topic"]),
    )


def _happening(said: str) -> str:
    return str(Tip.Happening(said).label) if said else _("Not answered")


def _rows(report: Report) -> list[Row]:
    said, none = report.answers, _("none")
    place, spot = place_of(said), said.get("spot") or none
    rows = [
        Row(_("Who should get it"), _desk(said["desk"]), url_of("who-gets")),
        Row(_("What it is about"), str(NAMES[said["topic"]]), url_of("what")),
        Row(_("Where"), place.full_name if place else _nowhere(said["place"]), url_of("where")),
        Row(_("The exact spot"), spot, url_of("where")),
        Row(_("In your words"), said["text"], url_of("describe")),
        Row(_("Still happening"), _happening(said["happening"]), url_of("describe")),
    ]
    if said.get("team"):
        rows.insert(1, Row(_("Comes from"), _team(said), url_of("who-gets")))
    if said["topic"] in ABOUT_MONEY:
        moved = _("Yes") if said.get("money_moved") else _("No")
        rows.append(Row(_("Sent money or read out a code"), moved, url_of("describe")))
    rows.append(Row(_("Pictures, videos, sound"), _files(report) or none, url_of("describe")))
    rows.append(Row(_("About you"), _who(report), url_of("name")))
    return rows


def _desk(desk: str) -> str:
    if desk == PROVINCE:
        return _("Straight to the province")
    return _("The police desk of the commune where it happened")


def _team(said: dict[str, Any]) -> str:
    return _("A self-management team") if said.get("as_team") else _("A resident")


def _nowhere(chosen: str) -> str:
    if chosen == ONLINE:
        return _("By phone or online, no place")
    if chosen == ABROAD:
        return _("Outside Vietnam")
    return _("I do not remember") if chosen in NOWHERE else _("none")


def _files(report: Report) -> str:
    return "\n".join(
        f"{file.name} ({filesizeformat(file.size or 0)})" for file in report.draft.files
    )


def _who(report: Report) -> str:
    if report.answers.get("wish", ANONYMOUS) == ANONYMOUS:
        return _("Anonymous")
    named = [report.answers.get("name"), report.answers.get("phone")]
    return _("Sealed: %(who)s") % {"who": ", ".join(part for part in named if part)}
