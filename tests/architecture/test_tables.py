"""What a table says, code does not say again: categories, and what a field may be.

A state is compared by its member (Tip.State.CLOSED), which one can search for and which cannot be
misspelt; a page does it by the filter `is`.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest
from django.apps import apps

from keng.kit.choice_members import choice_member
from keng.kit.urgency import Urgency
from keng.language.taxonomy import categories
from keng.tips.models import Decision
from tests.architecture.source import KENG, is_test, name, python_files, templates

# Words of other tables too: a drug is a purpose of a partner, traffic a topic of a claim check.
ALSO_OTHER_WORDS = {"theft", "drugs", "traffic", "other"}
# Who knows no model: what a provider sends, and what a text holds.
WITHOUT_MODELS = ("channels", "language")
# Called like a field and none: a family of devices, a drawing, a word of a filter, a column of a
# foreign list, the tile of the report form.
OTHER_NAMES = {
    ("accounts/devices.py", "kind"),
    ("kit/templatetags/keng.py", "kind"),
    ("network/queries/establishments.py", "state"),
    ("lookup/block_lists/reading.py", "kind"),
    ("surveys/chat/handler.py", "refusal"),
    ("tips/printed_receipt.py", "topic"),
}
COMPARED = re.compile(r"([\w.]+) *(?:==|!=) *(['\"])(\w*)\2|(['\"])(\w*)\4 *(?:==|!=) *([\w.]+)")
TAG = re.compile(r"{%.*?%}", re.DOTALL)
MEMBER = re.compile(r'\|is:"([^"]*)"')


def product():
    return [file for file in python_files(KENG) if not is_test(file)]


@cache
def values_of_fields() -> dict[str, frozenset[str]]:
    """What each field of a model may be, by the name of the field; but no types of indicators.

    Those are words of keng.language (Indicator.type), and stand in rows as it writes them.
    """
    found = {"as_kind": set(Decision.DeclinedAs.values)}
    for model in apps.get_models():
        for field in model._meta.fields:
            if model.__module__.startswith("keng") and field.choices and field.name != "type":
                found.setdefault(field.name, set()).update(
                    value for value, _label in field.flatchoices if value and type(value) is not int
                )
    return {field: frozenset(values) for field, values in found.items()}


def literals(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        for each in node.elts:
            yield from literals(each)


def pairs_of_field_and_value(tree: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What is compared with what is called like a field, and what a query asks for."""
    in_meta = {
        id(inner)
        for node in ast.walk(tree)
        # Constraints stand in the model whose members they would name, where it has no name yet.
        if isinstance(node, ast.ClassDef) and node.name == "Meta"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            for side in sides:
                if isinstance(side, ast.Attribute | ast.Name):
                    field = side.attr if isinstance(side, ast.Attribute) else side.id
                    yield from ((field, other) for other in sides)
        elif isinstance(node, ast.Call) and id(node) not in in_meta:
            for word in node.keywords:
                field = (word.arg or "").removesuffix("__in").rpartition("__")[2]
                yield field, word.value


def states_as_strings(source: str) -> list[tuple[str, str]]:
    """Field and value of each."""
    known = values_of_fields()
    return [
        (field, value)
        for field, node in pairs_of_field_and_value(ast.parse(source))
        for value in literals(node)
        if value in known.get(field, ())
    ]


def test_no_state_is_compared_as_a_string():
    found = {
        (place, *state)
        for file in product()
        if (place := str(file.relative_to(KENG))).partition("/")[0] not in WITHOUT_MODELS
        for state in states_as_strings(file.read_text())
        if (place, state[0]) not in OTHER_NAMES
    }
    assert found == STILL_STRINGS


# It only gets shorter. They decide what an index holds, before the model has a name.
STILL_STRINGS = {
    ("tips/models/tip.py", "state", "closed"),
    ("tips/models/tip.py", "state", "duplicate"),
}


@pytest.mark.parametrize(
    "code",
    [
        'if tip.state == "closed": pass',
        'rows.filter(tip__state__in=["closed", "received"])',
        'if "P0" != urgency: pass',
    ],
)
def test_a_state_as_a_string_would_be_noticed(code):
    assert states_as_strings(code)


def test_no_level_of_urgency_is_written_as_a_string():
    allowed = {"kit/urgency.py", "kit/style.py"}
    levels = set(Urgency.values)
    found = {
        name(file)
        for file in product()
        if str(file.relative_to(KENG)) not in allowed and levels & set(strings(file.read_text()))
    }
    # The default in the database, where a member may not stand.
    assert found <= {"src/keng/tips/models/tip.py"}


def strings(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def states_in_page(source: str) -> list[str]:
    known = values_of_fields()
    found = (match for tag in TAG.findall(source) for match in COMPARED.finditer(tag))
    return [
        match[0]
        for match in found
        if (match[3] or match[5]) in known.get((match[1] or match[6]).rpartition(".")[2], ())
    ]


def test_no_page_compares_a_state_as_a_string():
    pages = templates(KENG)
    assert len(pages) > 300
    assert {
        name(page): states for page in pages if (states := states_in_page(page.read_text()))
    } == {}
    assert states_in_page('{% if warning.state == "recalled" %}')


def test_every_member_that_a_page_names_is_there():
    names = {found for page in templates() for found in MEMBER.findall(page.read_text())}
    assert len(names) > 50
    for each in names:
        choice_member(each)
    with pytest.raises(LookupError):
        choice_member("Tip.State.OVER")


def test_no_code_names_a_category():
    """What is true of one is a column of taxonomy.csv; its words are tables beside it."""
    named = {"scam_", *categories()} - ALSO_OTHER_WORDS
    found = {
        (name(file), word)
        for file in product()
        if file != KENG / "language" / "taxonomy.py"
        for word in strings(file.read_text())
        if word in named
    }
    assert found == set()


def test_no_page_names_a_category():
    codes = "|".join(sorted(set(categories()) - ALSO_OTHER_WORDS))
    named = re.compile(rf"""['"](?:{codes})['"]""")
    assert [name(page) for page in templates(KENG) if named.search(page.read_text())] == []


def test_what_is_one_of_several_words_is_never_a_category():
    """The words that other tables have too stand nowhere beside the name of a category."""
    compared = {
        (name(file), value)
        for file in product()
        for field, node in pairs_of_field_and_value(ast.parse(file.read_text()))
        if field in {"category", "code"}
        for value in literals(node)
        if value in categories()
    }
    assert compared == set()
