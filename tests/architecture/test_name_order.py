"""Lists of names are sorted as people sort them, by one helper, and never by code points."""

import ast

from tests.architecture.source import KENG, is_test, name, python_files

_NAMES = {"name", "full_name", "folded"}
# What a person does not read in this order, or what is no name in Vietnamese.
_OTHER = {
    "src/keng/audit/heads.py": "chains are named by the machine",
    "src/keng/audit/verify.py": "chains are named by the machine",
    "src/keng/cli/places.py": "the operator's list is as the file has it",
    "src/keng/lookup/block_lists/importing.py": "lists of others have names of machines",
    "src/keng/places/landmarks.py": "they are read into an index",
    "src/keng/places/local_names.py": "they are read into an index",
    "src/keng/places/search.py": "candidates are found by their folded name",
    "src/keng/surveys/queries.py": "accounts, by their channel",
}


def _sorts_by_a_name(call: ast.Call) -> bool:
    is_order = isinstance(call.func, ast.Attribute) and call.func.attr == "order_by"
    return is_order and any(
        isinstance(each, ast.Constant)
        and isinstance(each.value, str)
        and each.value.lstrip("-").rpartition("__")[2] in _NAMES
        for each in call.args
    )


def test_no_list_of_names_is_sorted_by_code_points():
    found = {
        name(file)
        for file in python_files(KENG)
        if not is_test(file)
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call) and _sorts_by_a_name(call)
    }
    assert found - _OTHER.keys() == set()
