"""Translations: each area keeps its own .po; Django reads one compiled file for each language.

A demo's lie in its own folder, and are compiled beside ours.
"""

import argparse
import os
from pathlib import Path

import polib

from keng.kit.demo_hook import installed_demo
from keng.runtime.errors import CannotContinue

LOCALE = Path(__file__).parents[1] / "locale"
# None of them declines its nouns.
ONE_FORM = "nplurals=1; plural=0;"
COMPLETE = "vi"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options."""


def run(arguments: argparse.Namespace) -> int:
    for language, count in compile_catalogues().items():
        print(f"{language}: {count} sentences")
    if demo := installed_demo():
        for language, count in compile_catalogues(demo.FOLDER / "locale").items():
            print(f"{language}: {count} sentences of the demo")
    return 0


def compile_catalogues(locale: Path = LOCALE) -> dict[str, int]:
    """Write django.mo for every language whose .po files changed; how many sentences each has."""
    return {folder.parent.name: _compile(folder) for folder in sorted(locale.glob("*/LC_MESSAGES"))}


def merged_catalogue(folder: Path) -> polib.POFile:
    """All sentences of a language."""
    result = polib.POFile()
    result.metadata = {
        "Content-Type": "text/plain; charset=utf-8",
        "Language": folder.parent.name,
        "Plural-Forms": ONE_FORM,
    }
    for entries in entries_by_sentence(folder).values():
        result.append(entries[0])
    if folder.parent.name != COMPLETE:
        _fall_back_to_english(result, folder.parents[1] / COMPLETE / folder.name)
    return result


def _fall_back_to_english(catalogue: polib.POFile, complete: Path) -> None:
    """What a language does not have is English: Django itself would turn to Vietnamese."""
    has = {(entry.msgctxt, entry.msgid) for entry in catalogue}
    for key, (entry, *_same) in entries_by_sentence(complete).items():
        if key in has:
            continue
        english = {"msgctxt": entry.msgctxt, "msgid": entry.msgid}
        if entry.msgid_plural:
            english |= {
                "msgid_plural": entry.msgid_plural,
                "msgstr_plural": {0: entry.msgid_plural},
            }
        else:
            english["msgstr"] = entry.msgid
        catalogue.append(polib.POEntry(**english))


def entries_by_sentence(folder: Path) -> dict[tuple[str | None, str], list[polib.POEntry]]:
    """Every translated sentence, with what each area that has it says. They must agree: tested."""
    found: dict[tuple[str | None, str], list[polib.POEntry]] = {}
    for file in sorted(folder.glob("*.po")):
        for entry in polib.pofile(str(file)):
            if entry.translated():
                found.setdefault((entry.msgctxt, entry.msgid), []).append(entry)
    return found


def _compile(folder: Path) -> int:
    catalogue = merged_catalogue(folder)
    compiled = catalogue.to_binary()
    target = folder / "django.mo"
    if not target.exists() or target.read_bytes() != compiled:
        _replace(target, compiled)
    return len(entries_by_sentence(folder))


def _replace(target: Path, content: bytes) -> None:
    """Renamed into place: processes that start meanwhile read the old one or the new one."""
    draft = target.with_name(f".{target.stem}.{os.getpid()}.mo")
    try:
        draft.write_bytes(content)
        # The account of the processes reads it, whatever root's shell leaves to others.
        draft.chmod(0o644)
    except PermissionError:
        raise CannotContinue(
            f"{target} is out of date and not ours to write: run `keng locale` as the account "
            "that installed Kẻng."
        ) from None
    draft.replace(target)
