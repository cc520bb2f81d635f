"""Controls of forms: what is made without templates is what Django's templates make."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html

from keng.kit.form_renderer import FormRenderer

CHOICES = [
    ("", "Chọn"),
    ("a & b", 'Một "hai" <ba>'),
    (3, "Ba"),
    ("Nhóm <1>", [("x", "Ích xì"), ("y", "I cờ-rét")]),
]


@pytest.mark.parametrize("value", ["", "a & b", 3, "x", None])
@pytest.mark.parametrize("attrs", [{}, {"id": "sort_x", "required": True, "hidden": False, "n": 4}])
def test_a_list_of_choices_is_what_django_makes_of_it(value, attrs):
    widget = forms.Select(choices=CHOICES)
    ours, theirs = (
        widget.render("category", value, attrs, renderer())
        for renderer in (FormRenderer, DjangoTemplates)
    )
    assert parse_html(ours) == parse_html(theirs)


def test_several_chosen_ones_too():
    widget = forms.SelectMultiple(choices=CHOICES)
    ours, theirs = (
        widget.render("category", ["x", "3"], {"size": 4}, renderer())
        for renderer in (FormRenderer, DjangoTemplates)
    )
    assert parse_html(ours) == parse_html(theirs)


def test_everything_else_is_left_to_its_template():
    widget = forms.Textarea()
    assert widget.render("text", "a\nb", {}, FormRenderer()) == widget.render(
        "text", "a\nb", {}, DjangoTemplates()
    )


def test_it_is_what_forms_use():
    assert isinstance(forms.Form().renderer, FormRenderer)
