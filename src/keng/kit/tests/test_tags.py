"""Template tags: icons, bars, form fields and the summary of mistakes."""

import re

import pytest
from django import forms
from django.template import Context, Template

from keng.kit import icons
from keng.kit.forms import Form, HintedChoice, HintedChoices, ManyFiles


class Sample(Form):
    what = forms.CharField(label="What", help_text="In short", widget=forms.Textarea)
    who = HintedChoice(label="Who", choices=[("a", "A"), ("b", "B")], hints={"b": "Because"})
    parts = HintedChoices(label="Parts", choices=[("x", "X"), ("y", "Y")], required=False)
    sure = forms.BooleanField(label="Sure", required=False)
    pictures = ManyFiles(label="Files", required=False)


def html(source: str, **context: object) -> str:
    return Template("{% load keng %}" + source).render(Context(context))


def test_an_unknown_icon_is_an_error_and_not_an_empty_place():
    with pytest.raises(KeyError):
        html('{% icon "no-such" %}')
    with pytest.raises(KeyError):
        html('{% icon "../icons/alert" %}')


@pytest.mark.parametrize("kind", ["icons", "pictograms"])
def test_every_drawing_has_shapes(kind):
    assert icons.drawing_names(kind)
    for name in icons.drawing_names(kind):
        assert "<" in icons.drawing_shapes(name, kind)


def test_an_icon_is_hidden_from_screen_readers():
    assert 'aria-hidden="true"' in html('{% icon "alert" 20 %}')


def test_a_bar_never_leaves_its_box():
    assert 'width="100.00"' in html("{% bar 9 3 %}")
    assert 'width="0.00"' in html("{% bar 1 0 %}")


def test_the_parts_of_a_stacked_bar_lie_side_by_side():
    drawn = html("{% stacked 40 first=10 danger=30 %}")
    assert re.findall(r'bar-(\w+)" x="([\d.]+)" width="([\d.]+)"', drawn) == [
        ("first", "0.00", "25.00"),
        ("danger", "25.00", "75.00"),
    ]


def test_nothing_is_a_dash_in_a_table():
    assert html("{{ n|thousands }}", n=0) == "–"


def test_text_of_a_reporter_is_escaped_by_every_filter():
    for name in ("keep", "defang"):
        shown = html("{{ t|" + name + " }}", t="<b>công an</b>")
        assert shown.startswith("&lt;b&gt;")


def test_a_field_ties_hint_and_error_to_its_control():
    drawn = html("{% field form.what rows=6 %}", form=Sample({}))
    control = re.search(r"<textarea[^>]+>", drawn)[0]
    assert 'aria-describedby="id_what_helptext id_what_error"' in control
    assert 'aria-invalid="true"' in control
    assert 'rows="6"' in control
    assert " required" not in control
    assert 'id="id_what_helptext"' in drawn
    assert 'id="id_what_error"' in drawn


def test_a_choice_is_a_named_set_and_explains_itself():
    drawn = html("{% field form.who %}", form=Sample())
    assert "<fieldset" in drawn
    assert "<legend" in drawn
    assert drawn.count('type="radio"') == 2
    assert "<small>Because</small>" in drawn


def test_what_was_chosen_stays_chosen():
    drawn = html("{% field form.parts %}", form=Sample({"parts": ["y"]}))
    assert re.search(r'value="y"[^>]* checked', drawn)
    assert not re.search(r'value="x"[^>]* checked', drawn)


def test_only_what_may_be_skipped_is_marked():
    assert "opt" in html("{% field form.pictures %}", form=Sample())
    assert "opt" not in html("{% field form.what %}", form=Sample())


def test_each_mistake_leads_to_its_field():
    form = Sample({})
    drawn = html("{% problems form %}{% field form.what %}{% field form.who %}", form=form)
    targets = re.findall(r'href="#([^"]+)"', drawn)
    assert targets == ["id_what", "id_who_0"]
    for target in targets:
        assert f'id="{target}"' in drawn


def test_a_long_answer_is_counted_and_no_browser_cuts_it():
    class Long(Form):
        text = forms.CharField(max_length=4000, widget=forms.Textarea)
        name = forms.CharField(max_length=80)

    drawn = html("{% field form.text %}", form=Long())
    assert "maxlength" not in drawn
    assert 'data-longest="4000"' in drawn
    assert 'id="id_text_count"' in drawn
    assert 'maxlength="80"' in html("{% field form.name %}", form=Long())
    assert "maxlength" not in html("{{ form.text }}", form=Long())
    too_long = Long({"text": "a" * 4001, "name": "b"})
    assert not too_long.is_valid()
    assert "a" * 4001 in html("{% field form.text %}", form=too_long)


def test_no_mistakes_no_summary():
    assert html("{% problems form %}", form=Sample()).strip() == ""


def test_several_files_come_as_a_list_and_none_as_an_empty_one():
    field = ManyFiles(required=False)
    assert field.clean(None) == []
    assert field.clean([]) == []
    with pytest.raises(forms.ValidationError):
        ManyFiles().clean([])
