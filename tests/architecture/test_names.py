"""A public name stands once in its area, so that a search for it leads to one idea.

`python -m tests.architecture.test_names` prints STILL_DOUBLE as it would be now.
"""

import ast
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.architecture.source import KENG, is_test, python_files

# What somebody else looks for in a module by its name.
DEMANDED = {
    # keng.cli.__main__ loads the module of a command and calls these.
    "add_arguments",
    "run",
    # `keng bench` does so with each bench.
    "measure",
    # A module that is also a program, as `python -m` runs it.
    "main",
    # Django: a list of addresses and its error pages, and a library of tags.
    "urlpatterns",
    "handler400",
    "handler403",
    "handler404",
    "handler500",
    "register",
    # The server that a site is loaded by.
    "application",
    # Each module logs under its own name.
    "log",
    "logger",
}

# Only ever shorter: what stands in it and is double no longer is taken out.
STILL_DOUBLE: dict[str, str] = {}


def assigned_names(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Tuple | ast.List):
        for each in target.elts:
            yield from assigned_names(each)


def module_names(statements: Sequence[ast.stmt]) -> Iterator[str]:
    """What a module defines, and not what it imports."""
    for each in statements:
        match each:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield each.name
            case ast.Assign():
                for target in each.targets:
                    yield from assigned_names(target)
            case ast.AnnAssign():
                yield from assigned_names(each.target)
            case ast.If():
                yield from module_names([*each.body, *each.orelse])
            case ast.Try():
                handled = [one for handler in each.handlers for one in handler.body]
                yield from module_names([*each.body, *handled, *each.orelse, *each.finalbody])


def public_names(source: str) -> set[str]:
    return {name for name in module_names(ast.parse(source).body) if not name.startswith("_")}


def modules_of(area: str) -> list[Path]:
    return [file for file in python_files(KENG / area) if not is_test(file)]


def places_of_names(files: Iterable[Path]) -> dict[str, list[str]]:
    """Each public name with the modules that define it."""
    places = defaultdict(list)
    for file in files:
        for name in sorted(public_names(file.read_text()) - DEMANDED):
            places[name].append(file.as_posix().rpartition("/src/keng/")[2])
    return places


def doubles(files: Iterable[Path]) -> dict[str, list[str]]:
    return {name: places for name, places in places_of_names(files).items() if len(places) > 1}


AREAS = sorted(folder.name for folder in KENG.iterdir() if any(folder.glob("*.py")))


def known_doubles(area: str) -> set[str]:
    return set(STILL_DOUBLE.get(area, "").split())


@pytest.mark.parametrize("area", AREAS)
def test_no_public_name_stands_twice_in_its_area(area):
    found = doubles(modules_of(area))
    new = {name: places for name, places in found.items() if name not in known_doubles(area)}
    assert not new, "each of these is to say of what it is"


@pytest.mark.parametrize("area", AREAS)
def test_what_is_double_no_longer_leaves_the_list(area):
    single = known_doubles(area) - set(doubles(modules_of(area)))
    assert not single, "take these out of STILL_DOUBLE"


def test_the_list_names_areas_and_how_much_is_left(capsys):
    assert set(STILL_DOUBLE) <= set(AREAS)
    names = {area: places_of_names(modules_of(area)) for area in AREAS}
    total = sum(map(len, names.values()))
    double = sum(len(files) > 1 for places in names.values() for files in places.values())
    with capsys.disabled():
        print(f"\n{double} of {total} public names stand more than once in their area")
    assert total > 3000


def test_every_way_to_define_a_public_name_is_seen():
    source = """
import os
from pathlib import Path as Folder
A = B = 1
C, (D, _e) = 2, (3, 4)
f: int = 5
def g(h): i = 6
async def j(): ...
class K:
    def m(self): ...
if A:
    N = 7
else:
    P = 8
try:
    Q = 9
except OSError:
    R = 10
def _s(): ...
"""
    assert public_names(source) == {*"ABCDfgjKNPQR"}


def test_a_name_in_two_modules_is_found_and_one_that_is_demanded_is_not(tmp_path):
    one, other = tmp_path / "one.py", tmp_path / "other.py"
    one.write_text("def run(): ...\nclass Row: ...\nclass Cell: ...\n")
    other.write_text("from one import Cell\ndef run(): ...\nRow = 1\n")
    assert set(doubles([one, other])) == {"Row"}


def as_python() -> str:
    """STILL_DOUBLE as it would be now."""
    lines = []
    for area in AREAS:
        if names := sorted(doubles(modules_of(area))):
            wrapped = textwrap.wrap(" ".join(names), 88)
            lines += [f'    "{area}": """', *(f"        {line}" for line in wrapped), '    """,']
    return "\n".join(["STILL_DOUBLE: dict[str, str] = {", *lines, "}"])


if __name__ == "__main__":
    print(as_python())
