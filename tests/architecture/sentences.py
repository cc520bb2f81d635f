"""Every sentence that the product can say, as gettext's own tools would collect them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import templatize

from tests.architecture.source import KENG, is_test, python_files, templates

Sentence = tuple[str | None, str]
# Function -> where its context and its sentence stand among the arguments.
CALLS = {
    "gettext": (None, 0),
    "gettext_lazy": (None, 0),
    "gettext_noop": (None, 0),
    "ngettext": (None, 0),
    "ngettext_lazy": (None, 0),
    "pgettext": (0, 1),
    "pgettext_lazy": (0, 1),
    "npgettext": (0, 1),
    "npgettext_lazy": (0, 1),
}
# The second one before Django is loaded.
_MODULES = {"django.utils.translation", "keng.kit.terminal_words"}
IN_TEMPLATE = re.compile(r"\b(?:gettext|ngettext|pgettext|npgettext|_)\(")


def all_sentences(folder: Path = KENG) -> dict[Sentence, str]:
    """Each sentence of the product, or of its tools, with one file that says it."""
    found: dict[Sentence, str] = {}
    for file in python_files(folder):
        if not is_test(file):
            found |= dict.fromkeys(in_python(file.read_text()), file.name)
    for file in templates(folder):
        found |= dict.fromkeys(in_template(file.read_text(), file), file.name)
    return found


def in_python(source: str) -> Iterator[Sentence]:
    tree = ast.parse(source)
    names = {name: name for name in CALLS} | _aliases(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func.attr if isinstance(node.func, ast.Attribute) else None
            function = node.func.id if isinstance(node.func, ast.Name) else function
            yield from _sentence(names.get(function or "", ""), node.args)


def in_template(source: str, origin: Path | None = None) -> Iterator[Sentence]:
    """Django turns a template into calls with noise around; each call is read by itself."""
    text = templatize(source, origin=str(origin))
    for match in IN_TEMPLATE.finditer(text):
        call = _call_at(text[match.start() :])
        if call is not None and isinstance(call.func, ast.Name):
            function = "gettext" if call.func.id == "_" else call.func.id
            yield from _sentence(function, call.args)


def _aliases(tree: ast.AST) -> dict[str, str]:
    """What a file calls them: `gettext_lazy as _`."""
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module in _MODULES
        for alias in node.names
        if alias.name in CALLS
    }


def _sentence(function: str, arguments: list[ast.expr]) -> Iterator[Sentence]:
    if function not in CALLS:
        return
    context_at, sentence_at = CALLS[function]
    sentence = _text(arguments, sentence_at)
    if sentence:
        yield (None if context_at is None else _text(arguments, context_at)), sentence


def _text(arguments: list[ast.expr], position: int) -> str | None:
    if position < len(arguments):
        argument = arguments[position]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            return argument.value
    return None


def _call_at(text: str) -> ast.Call | None:
    """The shortest beginning that is a whole call."""
    for end in (match.end() for match in re.finditer(r"\)", text)):
        try:
            expression = ast.parse(text[:end], mode="eval").body
        except SyntaxError:
            continue
        return expression if isinstance(expression, ast.Call) else None
    return None
