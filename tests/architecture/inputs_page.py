"""What docs/reference/inputs.md lists: each field of each form, what belongs together, each file.

`python -m tests.architecture.inputs_page` prints it anew.
"""

import importlib
import os
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from tests.architecture.source import KENG, ROOT, is_test, python_files

PAGE = ROOT / "docs" / "reference" / "inputs.md"
_MB = 1024 * 1024
_SITES = ("keng.site.public_urls", "keng.site.desk_urls")
_A_FORM = re.compile(r"^class \w+\(.*Form\b", re.MULTILINE)
_HEAD = """\
# What may be typed and sent

Printed from the forms, the tables and the addresses that apply it (`python -m
tests.architecture.inputs_page`); a test holds it to them. What is not whole or does not fit is
refused in words, with what was typed still there, and nothing of it is kept. A text loses blanks
at its ends, and may hold no null character. A choice is one of those that the form offers, and
who may choose what stands in [who-may.md](../who-may.md).
"""
_FILES = """
## Files

A file is known by its first bytes and never by its name or by what the browser calls it; what is
not of the kinds of its page is refused, and nothing of it is kept. Kinds that are neither JPEG,
PNG, GIF, WebP nor PDF need ffmpeg to become a copy to view; without it only sound and film that
play as they are stay among them. A file is sealed while it arrives.

What an officer sees is a copy. A picture or document is drawn anew in a process without a
network, within {memory} MB of memory and {seconds} s of work, at most {pages} pages of it; sound
and film lose what they say of place and device, or are converted by ffmpeg, at most {pixels}
million pixels a picture. Where there is ClamAV it looks first. What it finds, and what cannot be
converted, stays sealed and has no copy; reporter and officer are told
([decision 34](../decisions/0034-evidence.md)). A form has at most {form_files} files.

| page | files | each at most | kinds | unpacked |
|---|---|---|---|---|
"""
_ADDRESSES = """
## Addresses

| part | pattern |
|---|---|
"""
_FIELDS = """
## Single fields

`*` must be filled in. A number of characters is the most that is taken; a field without one is
bounded by the form: its words have at most {public} kB at the public site, {desk} kB at the desk.
"""
_TOGETHER = """
## What belongs together

What a form asks of several fields together, in the words of its code.

| form | rule |
|---|---|
"""
_TABLES = """
What the database refuses, whoever writes it: each rule is named like a sentence, and stands in
the model of its table. What must be there only once is among them; which place lies in which
stands in the [glossary](../glossary.md).

| table | rules |
|---|---|
"""


def page() -> str:
    """The whole page."""
    from django.urls.converters import get_converters

    from keng.files.ffmpeg import _MOST_PIXELS
    from keng.files.pictures import decoding
    from keng.files.pictures.confined import MOST_PAGES
    from keng.kit.uploads import MOST_FILES

    files = _FILES.format(
        memory=decoding.MOST_MEMORY // 1000**2,
        seconds=decoding.MOST_CPU_SECONDS,
        pixels=_MOST_PIXELS // 10**6,
        pages=MOST_PAGES,
        form_files=MOST_FILES,
    )
    addresses = "".join(
        f"| `{name}` | `{_cell(converter.regex)}` |\n"
        for name, converter in sorted(get_converters().items())
    )
    parts = [_HEAD, files, *_file_rows(), _ADDRESSES, addresses]
    parts.append(_FIELDS.format(**_form_kilobytes()))
    for area, forms in groupby(all_forms(), key=_area):
        parts.append(f"\n### `{area}`\n\n| form | fields |\n|---|---|\n")
        parts += [f"| `{form.__name__}` | {_fields(form)} |\n" for form in forms]
    parts += [_TOGETHER, *_form_rules(), _TABLES, *_table_rules()]
    return "".join(parts)


def all_forms() -> list[type[Any]]:
    """Every form of ours that has fields of its own, in the order of areas and names."""
    from keng.kit.forms import Form

    # Filters of lists are no forms by their name; their pages bring them.
    for site in _SITES:
        importlib.import_module(site)
    for file in python_files(KENG):
        if not is_test(file) and _A_FORM.search(file.read_text()):
            importlib.import_module(_module(file))

    def below(form: type[Any]) -> Iterator[type[Any]]:
        for each in form.__subclasses__():
            yield each
            yield from below(each)

    found = {
        form
        for form in below(Form)
        if form.__module__.startswith("keng.")
        and ".tests" not in form.__module__
        # The page that shows how everything looks.
        and form.__module__ != "keng.kit.style"
        and form.base_fields
    }
    return sorted(found, key=lambda form: (_area(form), form.__name__, form.__module__))


def _module(file: Any) -> str:
    return ".".join(file.relative_to(KENG.parent).with_suffix("").parts).removesuffix(".__init__")


def _area(form: type[Any]) -> str:
    return str(form.__module__).split(".")[1]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _fields(form: type[Any]) -> str:
    return "; ".join(_field(name, field) for name, field in form.base_fields.items())


def _field(name: str, field: Any) -> str:
    kind = type(field).__name__.removesuffix("Field")
    said = [re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()]
    bounds = (("max_length", "≤ {} characters"), ("min_value", "≥ {}"), ("max_value", "≤ {}"))
    for bound, words in bounds:
        value = getattr(field, bound, None)
        if isinstance(value, int):
            said.append(words.format(f"{value:,}"))
    if regex := getattr(field, "regex", None):
        said.append(f"`{_cell(regex.pattern)}`")
    return f"`{name}`{'*' if field.required else ''} {', '.join(said)}"


def _form_rules() -> list[str]:
    rules = []
    for form in all_forms():
        for name, method in vars(form).items():
            # What has no words of its own changes a value and refuses none.
            if name.startswith("clean") and (words := method.__doc__):
                first = " ".join(words.split("\n\n")[0].split())
                field = f" `{name[6:]}`" if name[6:] else ""
                rules.append(f"| `{_area(form)}` `{form.__name__}`{field} | {_cell(first)} |\n")
    return rules


def _table_rules() -> list[str]:
    from django.apps import apps

    rows = []
    for model in sorted(apps.get_models(), key=lambda each: each._meta.db_table):
        names = sorted(each.name for each in model._meta.constraints)
        if names and model.__module__.startswith("keng."):
            told = ", ".join(f"`{name}`" for name in names)
            rows.append(f"| `{model._meta.db_table}` | {told} |\n")
    return rows


def _form_kilobytes() -> dict[str, str]:
    """From the text of the settings: a process knows only those of its own site."""
    text = (KENG / "site" / "settings.py").read_text()
    found = re.search(r"MAX_MEMORY_SIZE = \((\d+) if IS_DESK else (\d+)\) \* 1024", text)
    assert found
    return {"desk": found[1], "public": found[2]}


def file_pages() -> set[str]:
    """The names of all pages that take files."""
    from django.urls import get_resolver

    from keng.kit.uploads import _MARK

    def views(patterns: Any) -> Iterator[str]:
        for each in patterns:
            if hasattr(each, "url_patterns"):
                yield from views(each.url_patterns)
            elif hasattr(each.callback, _MARK):
                yield each.name

    return {name for site in _SITES for name in views(get_resolver(site).url_patterns)}


def _file_rows() -> list[str]:
    rows = file_rules()
    return [
        f"| `{name}` | {many} | {_size(size)} | {kinds} | {unpacked} |\n"
        for name, (many, size, kinds, unpacked) in sorted(rows.items())
    ]


def file_rules() -> dict[str, tuple[int, int, str, str]]:
    """Of each page that takes files: how many, how large, which kinds, and how large unpacked."""
    from keng.community.report.steps import MOST_FILES as OF_REPORT
    from keng.dialogue.public.status_page import MOST_FILES as OF_STATUS
    from keng.files.clean_media import PLAYABLE
    from keng.files.copies import _DEMUXERS
    from keng.files.pictures import DRAWN
    from keng.imported import columns as imported
    from keng.kit.uploads import MOST_FILE_BYTES
    from keng.lessons.films.probe import LONGEST_FILM_SECONDS, MOST_FILM_BYTES, MOST_PIXELS
    from keng.lookup_pages.dispute_pictures import MOST_PICTURES
    from keng.network.sheets import reading
    from keng.network.sheets.columns import MOST_CELL, MOST_ROWS
    from keng.network.sheets.plan_leads import MOST_LEADS
    from keng.transfers.envelope import MOST_TRANSFER_BYTES

    read = {*DRAWN, *PLAYABLE, *_DEMUXERS, "application/pdf"}
    pictures = _listed(kind for kind in read if kind.startswith("image/"))

    def sheet(rows: int, cell: int = MOST_CELL) -> tuple[int, int, str, str]:
        words = (
            f"{reading._MOST_UNPACKED // _MB} MB; {rows:,} rows, "
            f"{reading._MOST_COLUMNS} columns, {cell:,} characters a cell"
        )
        return 1, reading.MOST_BYTES, ".xlsx, .csv, .txt", words

    a_sheet = sheet(MOST_ROWS)
    as_above = "as said above"
    a_film = (
        2,
        MOST_FILM_BYTES,
        "MP4, MOV, WebM; .vtt or .srt",
        f"{LONGEST_FILM_SECONDS} s, {MOST_PIXELS / 10**6:.1f} million pixels a picture",
    )
    return {
        "report-describe": (OF_REPORT, MOST_FILE_BYTES, _listed(read), as_above),
        "share": (OF_REPORT, MOST_FILE_BYTES, _listed(read), as_above),
        "status-tip": (OF_STATUS, MOST_FILE_BYTES, _listed(read), as_above),
        "lookup-object": (MOST_PICTURES, MOST_FILE_BYTES, pictures, as_above),
        "take-down-chat": (1, MOST_FILE_BYTES, pictures, as_above),
        "groups-import": a_sheet,
        "establishments-import": a_sheet,
        "hamlets-import": a_sheet,
        "leads-import": sheet(MOST_LEADS),
        "import-new": sheet(imported.MOST_ROWS, imported.MOST_WORDS),
        "transfer-take-in": (1, MOST_TRANSFER_BYTES, ".keng", "not packed"),
        "transfer-incoming": (1, MOST_TRANSFER_BYTES, ".keng", "not packed"),
        "film-new": a_film,
        "partner-film-new": a_film,
    }


def _listed(kinds: Iterable[str]) -> str:
    return ", ".join(sorted(kinds))


def _size(size: int) -> str:
    return f"{size // _MB} MB"


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keng.site.settings")
    django.setup()
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page())
