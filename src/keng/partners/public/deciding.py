"""The second person's part of a page, the same under every text of a partner."""

import functools
from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from keng.accounts import partner_signing
from keng.accounts.models import PartnerMember
from keng.kit.forms import PASSKEY_ANSWER
from keng.partners import queries
from keng.partners.actions.releasing import lacks_second_member
from keng.partners.errors import NoSecondMember
from keng.partners.forms import HintsForm, MemberReleaseForm
from keng.partners.hints import hints_of_text
from keng.partners.models import PartnerText
from keng.partners.queries import members_without_hand
from keng.releases.desk import (
    SecondPerson,
    SecondPersonPanel,
    decide_release_by,
    second_person_panel,
)
from keng.releases.forms import GiveBackForm, SecondPersonForm
from keng.releases.models import Releasable


def decide_own_text(
    request: HttpRequest,
    text: PartnerText,
    *,
    submit: Callable[..., Any],
    publish: Callable[..., Any],
    give_back: Callable[..., Any],
) -> SecondPersonPanel[PartnerText] | None:
    """Carry a posted decision out: none once it is done, otherwise the panel to show.

    Members hand in with nothing but their sign-in, and let out with a passkey.
    """
    member, hints = request.member, hints_of_text(text)
    form = functools.partial(MemberReleaseForm, hints=hints)
    second = SecondPerson(
        person=member,
        refusal=lambda text: _refusal_of(member, text),
        has_signed=lambda form: has_signed(request, form),
    )
    if request.POST.get("do") == "submit" and text.submitted_at is None:
        panel = second_person_panel(second, text, form=form)
        panel.form = HintsForm(request.POST, hints=hints)
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


def has_signed(request: HttpRequest, form: SecondPersonForm) -> bool:
    """Whether the member's passkey stands under it, where one is asked for."""
    answer = form.cleaned_data.get("code")
    if answer is None:
        return True
    browser = partner_signing.token_of_request(request)
    use = partner_signing.member_presence_use(request.member, browser)
    given = answer.removeprefix(PASSKEY_ANSWER)
    if partner_signing.confirm_member_presence(request.member, given, use):
        return True
    form.add_error("code", _("The passkey did not confirm this. Try once more."))
    return False


def _refusal_of(member: PartnerMember, text: PartnerText) -> str:
    if not text.has_hand_of(member):
        return ""
    if lacks_second_member(text, member):
        return str(NoSecondMember.sentence)
    return refusal_words(queries.second_people(text))


def second_member_words(text: Releasable, member: PartnerMember) -> str:
    """Why this member is no second person of a survey, and who is; empty if they are."""
    if not text.has_hand_of(member):
        return ""
    could = members_without_hand(member.partner_id, text.hands)
    return refusal_words(could) if could else str(NoSecondMember.sentence)


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
