"""What a browser sends of a holder's key, beside the fresh second factor."""

from django import forms

from keng.kit.forms import Form, own_code_field


def problem_sentence(form: forms.Form) -> str:
    """Everything that a form finds wrong, for a script to show beside it."""
    return " ".join(str(words) for each in form.errors.values() for words in each)


class HolderKeyForm(Form):
    """A new key, or one more wrap of it."""

    code = own_code_field()
    public_key = forms.CharField(max_length=100, required=False, widget=forms.HiddenInput)
    wraps = forms.CharField(max_length=20_000, required=False, widget=forms.HiddenInput)


class RetireForm(Form):
    """Giving the key up."""

    code = own_code_field()
