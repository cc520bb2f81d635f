"""The second person's part of a page, the same under every text of a partner."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from keng.accounts.models import PartnerMember
from keng.partners import queries
from keng.partners.forms import HintsForm
from keng.partners.hints import hints_of_text
from keng.partners.models import PartnerText
from keng.releases.desk import (
    SecondPerson,
    SecondPersonPanel,
    decide_release_by,
    second_person_panel,
)
from keng.releases.forms import GiveBackForm


def decide_own_text(
    request: HttpRequest,
    text: PartnerText,
    *,
    submit: Callable[..., Any],
    publish: Callable[..., Any],
    give_back: Callable[..., Any],
) -> SecondPersonPanel[PartnerText] | None:
    """Carry a posted decision out: none once it is done, otherwise the panel to show.

    Members sign with nothing but their sign-in.
    """
    member = request.member
    form = functools.partial(HintsForm, hints=hints_of_text(text))
    second = SecondPerson(
        person=member,
        refusal=lambda text: _refusal_of(member, text),
        has_signed=lambda _form: True,
    )
    if request.POST.get("do") == "submit" and text.submitted_at is None:
        panel = second_person_panel(second, text, form=form)
        panel.form = form(request.POST)
        if not panel.form.is_valid():
            return panel
        submit(text.pk, by=member, **panel.form.given())
        return None
    if request.POST.get("do") != "return":
        let_out = functools.partial(publish, text.pk)
        panel, published = decide_release_by(second, request, text, let_out=let_out, form=form)
        return panel if published is None else None
    panel = second_person_panel(second, text, form=form)
    panel.give_back = GiveBackForm(request.POST)
    if not panel.give_back.is_valid():
        return panel
    give_back(text.pk, reason=panel.give_back.cleaned_data["reason"], by=member)
    return None


def _refusal_of(member: PartnerMember, text: PartnerText) -> str:
    return refusal_words(queries.second_people(text)) if text.has_hand_of(member) else ""


def refusal_words(could: Sequence[PartnerMember]) -> str:
    """What somebody with a hand in it reads: who could publish it instead."""
    if could:
        names = ", ".join(member.name for member in could)
        return _(
            "You had a hand in this: somebody who had none publishes it. Who can: %(who)s."
        ) % {"who": names}
    return _(
        "Everybody who signs in for your partner had a hand in this: the provincial coordinator "
        "reads it and publishes it."
    )


def see_other(name: str, *args: object) -> HttpResponse:
    """To another page, after a POST."""
    response = redirect(name, *args)
    response.status_code = 303
    return response
