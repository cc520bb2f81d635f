"""Rows are locked so that whoever only refers to them is not kept waiting."""

import ast
from pathlib import Path

PRODUCT = Path(__file__).parents[2] / "src" / "keng"
# The kernel hands on which of the two it is: what removes rows must stop whoever refers to them.
KERNEL = "acts/locks.py"


def test_no_lock_of_a_row_stops_those_who_refer_to_it():
    """A reference is checked at the commit, when the audit chain is held: hence `no_key`."""
    wrong = []
    for path in PRODUCT.rglob("*.py"):
        if "tests" in path.parts or "migrations" in path.parts:
            continue
        if str(path.relative_to(PRODUCT)) == KERNEL:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr != "select_for_update":
                continue
            given = {word.arg: word.value for word in node.keywords}
            value = given.get("no_key")
            if not (isinstance(value, ast.Constant) and value.value is True):
                wrong.append(f"{path.relative_to(PRODUCT)}:{node.lineno}")
    assert wrong == []
