"""Every regular expression of the product, and the texts that cost each of them most.

Nothing lists them by hand: the modules are imported and what they hold is gathered, what is written
inside a function is read in its source, and what is built while running has to be named in BUILT.
"""

import ast
import importlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.architecture.source import KENG, is_test, python_files

_OF_RE = frozenset(
    {"compile", "search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn"}
)
# What compiles a pattern for others, by the name it is called by.
_COMPILE = frozenset({"compiled"})


@dataclass(frozen=True)
class Found:
    """A pattern, and where it stands."""

    place: str
    pattern: re.Pattern[Any]


@dataclass(frozen=True)
class InFunction:
    """A call inside a function that compiles: the pattern where it is a plain string."""

    place: str
    line: int
    literal: str | None


def modules_with_patterns() -> Iterator[str]:
    """Those whose source speaks of one; what they hold is read when they are imported."""
    for file in python_files(KENG):
        if is_test(file) or file.name == "__main__.py":
            continue
        text = file.read_text(encoding="utf-8")
        if "re.compile(" in text or "compiled(" in text or "RegexValidator" in text:
            yield _name_of(file)


def held_by(name: str) -> list[Found]:
    """Whatever a module, a class of it or a container there holds."""
    module = importlib.import_module(name)
    seen: set[int] = set()
    return [
        Found(place, pattern)
        for key, value in vars(module).items()
        if not key.startswith("__")
        for place, pattern in _within(value, f"{name}.{key}", name, seen)
    ]


def _within(
    value: object, place: str, module: str, seen: set[int], depth: int = 0
) -> Iterator[tuple[str, re.Pattern[Any]]]:
    if isinstance(value, re.Pattern):
        yield place, value
        return
    if depth > 6 or id(value) in seen:
        return
    inner: Iterable[tuple[str, object]] = ()
    if isinstance(value, dict):
        inner = [(f"[{key!r}]", one) for key, one in list(value.items())]
    elif isinstance(value, (list, tuple, set, frozenset)):
        inner = [(f"[{n}]", one) for n, one in enumerate(value)]
    elif isinstance(value, type) and value.__module__ == module:
        inner = [(f".{key}", one) for key, one in vars(value).items()]
    elif type(value).__module__.startswith("keng."):
        inner = [(f".{key}", one) for key, one in getattr(value, "__dict__", {}).items()]
    elif type(value).__module__.startswith("django.forms"):
        inner = [(".validators", getattr(value, "validators", None))]
    elif type(value).__module__.startswith("django.core.validators"):
        inner = [(".regex", getattr(value, "regex", None))]
        # It is compiled when it is first used.
        inner = [(key, getattr(one, "_wrapped", one)) for key, one in inner]
    seen.add(id(value))
    for key, one in inner:
        yield from _within(one, f"{place}{key}", module, seen, depth + 1)


def _name_of(file: Path) -> str:
    parts = file.relative_to(KENG.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def in_functions() -> list[InFunction]:
    """Calls inside functions of what compiles: `re.…`, `RegexValidator` and our own builders."""
    found: list[InFunction] = []
    for file in python_files(KENG):
        if is_test(file):
            continue
        module = _name_of(file)
        tree = ast.parse(file.read_text(encoding="utf-8"))
        found += list(_calls(tree, module, is_inside=False))
    return found


def _calls(node: ast.AST, place: str, *, is_inside: bool) -> Iterator[InFunction]:
    for child in ast.iter_child_nodes(node):
        inside, where = is_inside, place
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            where = f"{place}.{child.name}"
            inside = is_inside or not isinstance(child, ast.ClassDef)
        elif isinstance(child, ast.Lambda):
            inside = True
        if isinstance(child, ast.Call) and inside and _compiles(child.func):
            first = child.args[0] if child.args else None
            value = first.value if isinstance(first, ast.Constant) else None
            yield InFunction(place, child.lineno, value if isinstance(value, str) else None)
        yield from _calls(child, where, is_inside=inside)


def _compiles(called: ast.expr) -> bool:
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
        return called.value.id == "re" and called.attr in _OF_RE
    return isinstance(called, ast.Name) and called.id in _COMPILE | {"RegexValidator"}


_WAYS = {
    "search": "finditer",
    "finditer": "finditer",
    "sub": "finditer",
    "subn": "finditer",
    "findall": "finditer",
    "split": "finditer",
    "match": "match",
    "fullmatch": "fullmatch",
}
ALL_WAYS = ("finditer", "fullmatch", "match")


def ways_of(found: Found) -> tuple[str, ...]:
    """How a pattern is asked: one that is only matched from a place on need not be searched for.

    All ways where it is handed on, or stands in something else.
    """
    module, _, name = found.place.rpartition(".")
    if not name.isidentifier() or not name.startswith("_"):
        return ALL_WAYS
    source = importlib.import_module(module).__file__
    text = Path(str(source)).read_text(encoding="utf-8")
    ways: set[str] = set()
    for used in re.finditer(rf"\b{name}\b(?:\.(\w+))?( *(?::[^=\n]*)?= *(?!=))?", text):
        if used[2]:
            continue
        if used[1] in _WAYS:
            ways.add(_WAYS[used[1]])
        elif used[1] != "pattern":
            return ALL_WAYS
    return tuple(sorted(ways)) or ALL_WAYS
