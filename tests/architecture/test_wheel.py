"""What is shipped where people report: no test, no fake of a provider, and all else of the product.

The files of a wheel, found as setuptools finds them: no wheel is built.
"""

import ast
import tomllib
from pathlib import Path

from setuptools import find_namespace_packages

from tests.architecture.source import KENG, ROOT, imports, name

SOURCE = ROOT / "src"
SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
RULES = SETUPTOOLS["packages"]["find"]
# A rule leaves packages out and no module: this one comes along, and only pytest would load it.
FOR_PYTEST = KENG / "conftest.py"


def shipped() -> set[Path]:
    """Modules, and files of data; translations are compiled where they are installed."""
    packages = find_namespace_packages(SOURCE, exclude=RULES["exclude"])
    return {
        file
        for package in packages
        for pattern in ("*.py", *SETUPTOOLS["package-data"]["*"])
        for file in (SOURCE / package.replace(".", "/")).glob(pattern)
    }


def is_left_out(file: Path) -> bool:
    return bool({"tests", "fake"} & set(file.relative_to(SOURCE).parts))


SHIPPED = shipped()
MODULES = {file for file in SHIPPED - {FOR_PYTEST} if file.suffix == ".py"}


def test_no_test_and_no_fake_is_shipped():
    assert RULES["where"] == ["src"]
    assert [name(file) for file in SHIPPED if is_left_out(file)] == []


def test_all_else_is_shipped():
    made = {".mo", ".pyc"}
    there = {f for f in KENG.rglob("*") if f.is_file() and f.suffix not in made}
    assert len(there) > len(SHIPPED) > 1000
    assert [name(file) for file in there - SHIPPED if not is_left_out(file)] == []


def test_what_is_shipped_needs_nothing_that_is_not():
    places = [file.relative_to(SOURCE).with_suffix("").parts for file in MODULES]
    known = {".".join(p[:-1] if p[-1] == "__init__" else p) for p in places}
    missing = {
        f"{name(file)}: {wanted}"
        for file in MODULES
        for wanted in imports(ast.parse(file.read_text()))
        if wanted.startswith("keng.") and not {wanted, wanted.rpartition(".")[0]} & known
    }
    assert len(known) > 500
    assert missing == set()


def test_what_is_shipped_starts_no_fake():
    assert [name(file) for file in MODULES if ".fake" in file.read_text()] == []
