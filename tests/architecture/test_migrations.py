"""Migrations are complete, linear, and know no code that will change under them."""

import ast

import pytest
from django.core.management import call_command

from tests.architecture.source import KENG, TOOLS, imports, name

FILES = sorted(file for folder in (KENG, TOOLS) for file in folder.rglob("migrations/[0-9]*.py"))
# Constants of the schema itself, which a migration may share with its model.
ALLOWED = ("keng.kit", "keng.releases.triggers")


@pytest.mark.django_db
def test_no_model_has_changed_without_a_migration():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_each_area_has_one_line_of_migrations():
    numbers = [file.parent.parent.name + file.name[:4] for file in FILES]
    assert len(numbers) == len(set(numbers))


def test_max_migration_names_the_last_one():
    for folder in {file.parent for file in FILES}:
        last = max(folder.glob("[0-9]*.py")).stem
        assert (folder / "max_migration.txt").read_text().strip() == last, name(folder)


def test_a_migration_imports_no_area():
    found = {
        f"{name(file)}: {module}"
        for file in FILES
        for module in imports(ast.parse(file.read_text()))
        if module.startswith(("keng.", "keng_dev.")) and not module.startswith(ALLOWED)
    }
    assert not found
