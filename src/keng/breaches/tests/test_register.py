"""The closed list of sorts of data is whole, and the register is made of it."""

import io
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from openpyxl import load_workbook

from keng.audit.models import Entry
from keng.breaches import register
from keng.breaches.data_classes import (
    BY_CODE,
    COLUMN_FORMS,
    DATA_CLASSES,
    KEPT_WORDS,
    TABLES_WITHOUT_PEOPLE,
    TELLING_WORDS,
    KeptAs,
    Telling,
    kept_columns,
)
from keng.channels import facts_of
from keng.conftest import sign_in
from keng.retention.tests.world import period
from keng.site.who_may import PAGE_RIGHTS
from tests import make

KEPT_PAGE = Path(__file__).parents[4] / "docs/privacy/what-is-kept.md"
NAMED = [table for each in DATA_CLASSES for table in each.tables]


def rows_of_kept_page():
    """Each row of the page about a table: the cells of form, readers and end, by the table."""
    found = {}
    for line in KEPT_PAGE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line[:2] == "| " else []
        if len(cells) == 5:
            for table in re.findall(r"`(\w+)`", cells[1]):
                found.setdefault(table, []).append(cells[2:])
    return found


def test_every_table_is_of_one_sort_or_holds_nobody():
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    assert len(NAMED) == len(set(NAMED))
    assert tables - set(NAMED) - TABLES_WITHOUT_PEOPLE == set()
    assert set(NAMED) | TABLES_WITHOUT_PEOPLE == tables | {"demo_phonemessage"}
    assert not TABLES_WITHOUT_PEOPLE & set(NAMED)


def test_what_is_kept_says_form_readers_and_end_of_every_table_about_people():
    rows = rows_of_kept_page()
    assert len(rows) > 100
    assert sorted(set(NAMED) - rows.keys()) == []
    empty = {t: cells for t in NAMED for cells in rows[t] if not all(cells)}
    assert empty == {}


# What says nothing about anybody by itself: ids, moments, numbers, and what the database makes.
OF_NO_WORDS = (
    models.UUIDField,
    models.ForeignKey,
    models.DateTimeField,
    models.DateField,
    models.TimeField,
    models.BooleanField,
    models.IntegerField,
    models.GeneratedField,
)


def test_every_column_about_people_has_its_form():
    """A new column is added to columns.csv by hand, with how it holds what it holds."""
    tables = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    there = {
        (table, field.column): field
        for table in NAMED
        for field in tables[table]._meta.concrete_fields
        if not isinstance(field, OF_NO_WORDS)
    }
    listed = {(table, column): form for table, column, form in kept_columns()}
    assert len(listed) == len(kept_columns())
    assert set(listed) == set(there)
    assert set(listed.values()) == set(COLUMN_FORMS)
    # Bytes are no words, and what is sealed or hashed is no text that anybody reads.
    binary = {key for key, field in there.items() if isinstance(field, models.BinaryField)}
    assert {listed[key] for key in binary} == {"hash", "sealed", "boxed", "key"}
    assert {key for key, form in listed.items() if form == "sealed"} <= binary


@pytest.mark.parametrize("each", DATA_CLASSES, ids=lambda each: each.code)
def test_who_reads_is_who_may_open_the_page(each):
    assert (PAGE_RIGHTS[each.page] if each.page else None) == each.readers
    assert not each.counted or each.counted in each.tables


def test_each_way_has_words():
    assert set(TELLING_WORDS) == set(Telling)
    assert set(KEPT_WORDS) | {KeptAs.PERIOD} == set(KeptAs)
    assert len(BY_CODE) == len(DATA_CLASSES)


@pytest.mark.django_db
def test_the_register_says_periods_roles_and_channels_as_they_are(desk_client):
    unit = make.province_unit()
    period(unit, months=30)
    period(make.province_unit(), months=77)
    make.channel_account(unit=unit, channel="email")
    officer = make.officer(unit=unit, role="data_protection")
    client = sign_in(desk_client, officer)
    answer = client.post("/processing/export/")
    sheet, columns = load_workbook(io.BytesIO(answer.content)).worksheets
    assert columns.max_row == len(kept_columns()) + 1
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == [str(head) for head in register.register_heads()]
    assert len(rows) == len(DATA_CLASSES) + 1
    words = rows[1]
    assert "30 tháng" in words[4]
    assert "77" not in words[4]
    assert "Chỉ huy" in words[5]
    assert words[6] == str(facts_of("email").name)
    entry = Entry.objects.get(action="register.exported")
    assert entry.detail == {"rows": len(DATA_CLASSES)}
    page = client.get("/processing/").content.decode()
    assert all(str(row.activity) in page for row in register.register_rows([unit]))
