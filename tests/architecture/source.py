"""The repository as text: which files there are, and what they import."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
KENG = ROOT / "src" / "keng"
TOOLS = ROOT / "dev" / "src" / "keng_dev"
TESTS = ROOT / "tests"
# A function that puts an act on record, and the one under which texts of partners do.
RECORDING = {"keng.audit.actions.record", "keng.partners.actions.releasing.record_in_partner_chain"}


def python_files(*folders: Path) -> list[Path]:
    """Ours, migrations apart: those are written by Django."""
    return sorted(
        file
        for folder in folders or (KENG, TOOLS, TESTS)
        for file in folder.rglob("*.py")
        if "migrations" not in file.parts
    )


def templates(*folders: Path) -> list[Path]:
    return sorted(
        file
        for folder in folders or (KENG, TOOLS)
        for file in folder.rglob("templates/**/*")
        if file.is_file()
    )


def is_test(file: Path) -> bool:
    return "tests" in file.relative_to(ROOT).parts or file.name == "conftest.py"


def name(file: Path) -> str:
    return str(file.relative_to(ROOT))


def imports(tree: ast.AST) -> Iterator[str]:
    """Every imported module, and every name taken from one, with dots."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
