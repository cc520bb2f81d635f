"""Is the signed-in member there? Asked before passkeys are made and sessions are ended."""

from django import forms
from django.http import HttpRequest

from keng.accounts import browsers, partner_signing, refusals
from keng.accounts.guessing import TooManyTries


def has_shown_code(request: HttpRequest, form: forms.Form) -> bool:
    """Whether the form's six digits are of this moment; if not, the form says so. Uses them up."""
    origin = browsers.origin_of_try(request, browsers.PARTNER_SITE, request.member.username)
    try:
        if partner_signing.check_own_code(request.member, form.cleaned_data["code"], origin=origin):
            return True
    except TooManyTries as error:
        refusals.explain_refusal(form, error, wrong="")
        return False
    form.add_error("code", refusals.code_is_wrong())
    return False
