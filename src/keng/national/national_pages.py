"""The page of a country as files: made after each round, the same for everybody, no script."""

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

from django.template import Context, Engine
from django.utils import translation
from django.utils.translation import gettext as _

from keng.kit.durable_files import replace_file
from keng.kit.private_files import make_private_folder
from keng.kit.time_words import day_words, grouped_number, moment_words, month_words
from keng.language.taxonomy import categories, category_label
from keng.national.gathered_folder import moment_of
from keng.national.overview import (
    SHOWN_FIGURES,
    CategoryAcross,
    FigureTotal,
    NationalOverview,
    ProvinceStanding,
)
from keng.national.province_instances import commune_names, province_names
from keng.national.summary_document import HIDDEN_FIGURE, WarningNotice
from keng.national.summary_trouble import TROUBLE_WORDS, Trouble

LANGUAGES = ("vi", "en")
STYLES = ("tokens.css", "night.css", "public.css")
_MOST_NOTICES_LISTED = 30
_HTML, _TEXT = "text/html; charset=utf-8", "text/plain; charset=utf-8"
CONTENT_TYPES = {
    ".html": _HTML,
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".json": "application/json",
    ".note": _TEXT,
    ".txt": _TEXT,
}
"""By the end of a file's name."""


def write_pages(folder: Path, overview: NationalOverview, *, name: str) -> None:
    """Every file that is served, each replaced as a whole; what is no longer there goes."""
    make_private_folder(folder)
    names = set()
    for file, content in _files_of(overview, name):
        names.add(file)
        target = folder / file
        if not target.exists() or target.read_bytes() != content:
            replace_file(target, content)
    for earlier in folder.iterdir():
        if earlier.name not in names:
            earlier.unlink()


def _files_of(overview: NationalOverview, name: str) -> Iterator[tuple[str, bytes]]:
    for style in STYLES:
        yield style, resources.files("keng").joinpath("static", "keng", style).read_bytes()
    for standing in overview.standings:
        if standing.summary is not None:
            yield f"{standing.instance.province}.note", standing.summary.note
        if standing.is_current and standing.summary and standing.summary.document.listings:
            yield f"{standing.instance.province}-listings.txt", standing.summary.listings
    yield "listings.csv", _listings_table(overview)
    yield "national.json", _json_of(overview)
    for month in ["", *overview.months]:
        for language in LANGUAGES:
            yield (
                page_file(month, language),
                _page(overview, month, language, name).encode(),
            )


def page_file(month: str, language: str) -> str:
    """What the page of a month is called; without a month that of the newest."""
    return f"{month or 'index'}{'' if language == LANGUAGES[0] else f'.{language}'}.html"


def _page(overview: NationalOverview, month: str, language: str, name: str) -> str:
    engine = Engine(
        dirs=[str(Path(__file__).parent / "templates")],
        builtins=["django.templatetags.i18n"],
    )
    with translation.override(language):
        return engine.get_template("national/page.html").render(
            Context(_context(overview, month, language, name))
        )


def _context(overview: NationalOverview, month: str, language: str, name: str) -> dict[str, Any]:
    chosen = month or next(iter(overview.months), "")
    others = [each for each in overview.months if each != chosen]
    return {
        "language": language,
        "name": name,
        "other_language": {
            "code": LANGUAGES[language == LANGUAGES[0]],
            "address": page_file(month, LANGUAGES[language == LANGUAGES[0]]),
        },
        "at": moment_words(overview.at),
        "known": len(overview.standings),
        "current": len(overview.current),
        "month": _month_words(chosen) if chosen else "",
        "rows": [_figure_row(each, chosen) for each in overview.standings],
        "totals": [_total_words(each) for each in overview.totals(chosen)],
        "has_hidden": any(each.hidden for each in overview.totals(chosen)),
        "months": [(page_file(each, language), _month_words(each)) for each in others],
        "standings": [_standing_row(each) for each in overview.standings],
        "warnings": [_category_row(each, language) for each in overview.warnings()],
        "listed": grouped_number(overview.listed),
    }


def _month_words(month: str) -> str:
    return month_words(dt.date.fromisoformat(f"{month}-01"))


def _figure_row(standing: ProvinceStanding, month: str) -> dict[str, Any]:
    figures = standing.month(month)
    cells = [_figure_words(figures.lines.get(key)) for key in SHOWN_FIGURES] if figures else []
    return {"name": standing.name, "cells": cells, "is_stale": standing.stale_since is not None}


def _figure_words(figure: int | str | None) -> str:
    if figure == HIDDEN_FIGURE:
        return _("hidden")
    return "–" if figure is None else grouped_number(int(figure))


def _total_words(total: FigureTotal) -> str:
    return grouped_number(total.total) if total.stated else "–"


def _standing_row(standing: ProvinceStanding) -> dict[str, Any]:
    summary, reference = standing.summary, None
    if summary is not None and standing.is_current:
        reference = summary.document.listings
    return {
        "name": standing.name,
        "is_current": standing.is_current,
        "signed": moment_words(summary.document.issued_at) if summary else "",
        "stale_since": moment_words(standing.stale_since) if standing.stale_since else "",
        "trouble": TROUBLE_WORDS[standing.trouble] if standing.trouble else "",
        # Since when it ended is said already; when that was noticed would contradict it.
        "trouble_since": moment_words(moment_of(standing.record.trouble_since))
        if standing.record.trouble_since and standing.trouble is not Trouble.ENDED
        else "",
        "was_asked": bool(standing.record.pulled_at),
        "note": f"{standing.instance.province}.note" if summary else "",
        "listings": f"{standing.instance.province}-listings.txt" if reference else "",
        "listed": grouped_number(reference.count) if reference else "",
        "key": standing.instance.key.written,
        "address": "" if standing.instance.is_private else standing.instance.address,
    }


def _category_row(across: CategoryAcross, language: str) -> dict[str, Any]:
    return {
        "name": category_label(across.category, language) if across.category else _("Other"),
        "provinces": across.provinces,
        "count": len(across.notices),
        "newest": day_words(across.newest),
        "notices": [_notice_row(*each) for each in across.notices[:_MOST_NOTICES_LISTED]],
        "more": len(across.notices[_MOST_NOTICES_LISTED:]),
    }


def _notice_row(standing: ProvinceStanding, notice: WarningNotice) -> dict[str, str]:
    instance = standing.instance
    names = [commune_names()[code][1] for code in notice.places if code in commune_names()]
    return {
        "where": f"{', '.join(names)} ({standing.name})" if names else standing.name,
        "when": moment_words(notice.published_at),
        "code": notice.code,
        "address": "" if instance.is_private else f"{instance.address}/w/{notice.code}",
    }


def _listings_table(overview: NationalOverview) -> bytes:
    """Every confirmed entry by its hash, with the province that confirmed it and until when."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["sha256", "province", "valid_until"])
    for standing in overview.current:
        if standing.summary is not None:
            until = standing.summary.document.valid_until.isoformat()
            for line in standing.summary.listings.decode().splitlines():
                writer.writerow([line, standing.instance.province, until])
    return table.getvalue().encode()


def _json_of(overview: NationalOverview) -> bytes:
    said = {
        "version": 1,
        "at": overview.at.isoformat(timespec="seconds"),
        "provinces": [_json_of_standing(each) for each in overview.standings],
    }
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


def _json_of_standing(standing: ProvinceStanding) -> dict[str, Any]:
    document = standing.summary.document if standing.summary else None
    return {
        "province": standing.instance.province,
        "name": province_names()[standing.instance.province],
        "key": standing.instance.key.written,
        "current": standing.is_current,
        "trouble": standing.trouble or None,
        "number": document.number if document else None,
        "valid_until": document.valid_until.isoformat() if document else None,
        "months": {each.month: each.lines for each in document.months} if document else {},
        "warnings": [_json_of_notice(each) for each in document.warnings]
        if document and standing.is_current
        else [],
    }


def _json_of_notice(notice: WarningNotice) -> dict[str, Any]:
    return {
        "code": notice.code,
        "category": notice.category if notice.category in categories() else "",
        "severity": notice.severity,
        "places": notice.places,
        "published": notice.published_at.isoformat(),
    }
