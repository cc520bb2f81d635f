"""What no longer fits into a head is split: files, functions, templates."""

import ast

import pytest

from tests.architecture.source import is_test, name, python_files, templates

LONGEST_FILE, LONGEST_TEST_FILE = 400, 600
LONGEST_FUNCTION = 50
LONGEST_TEMPLATE = 120


def function_lengths(source):
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.end_lineno - node.lineno + 1


def test_no_file_is_longer_than_a_person_can_hold():
    lengths = {file: len(file.read_text().splitlines()) for file in python_files()}
    long = {
        name(file): length
        for file, length in lengths.items()
        if length > (LONGEST_TEST_FILE if is_test(file) else LONGEST_FILE)
    }
    assert not long


def test_no_function_is_longer_than_a_screen():
    long = {
        f"{name(file)} {function}": length
        for file in python_files()
        for function, length in function_lengths(file.read_text())
        if length > LONGEST_FUNCTION
    }
    assert not long


def test_no_template_is_longer_than_three_screens():
    lengths = {name(file): len(file.read_text().splitlines()) for file in templates()}
    assert not {file: length for file, length in lengths.items() if length > LONGEST_TEMPLATE}


@pytest.mark.parametrize("lines", [3, 60])
def test_functions_are_measured_from_their_first_line_to_their_last(lines):
    body = "    pass\n" * (lines - 1)
    assert dict(function_lengths(f"x = 1\ndef f():\n{body}")) == {"f": lines}
