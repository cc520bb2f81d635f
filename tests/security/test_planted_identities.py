"""People who do not exist tell who they are by every way in; a thief looks for them everywhere.

What `keng thief` plants goes through the product's acts, beside the processes (thief/planting.py).
What is planted here goes through the doors themselves: through the processes, over HTTP.
"""

import json
import re
import shutil
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from keng_dev.thief.loot import search, write_controls
from keng_dev.thief.planting import (
    PlantedPeople,
    photo_by,
    planted_name,
    planted_phone,
    planted_word,
)
from tests.load.web import field
from tests.security.test_bodies_arrive import BOUNDARY, Visitor
from tests.stack import Stack

CODE = re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b")
FORM = "application/x-www-form-urlencoded"
CONTROL = "đốichứng-outside-5f1c"
PLACES_SEARCHED = {"database", "wal", "rows", "folders", "backup"}
FEWEST_WAYS = 14


@dataclass(frozen=True)
class Doors:
    """The open sites of a running product, and whom somebody planted there."""

    stack: Stack
    people: dict[str, str]

    def name(self, way: str) -> str:
        return self._kept(way, planted_name())

    def phone(self, way: str) -> str:
        return self._kept(way, planted_phone())

    def word(self, way: str) -> str:
        return self._kept(way, planted_word())

    def _kept(self, way: str, word: str) -> str:
        self.people[way] = word
        return word


def post_form(visitor: Visitor, path: str, **said: str) -> int:
    fields = {"csrfmiddlewaretoken": visitor.token(path), **said}
    return visitor.ask(path, urllib.parse.urlencode(fields).encode(), FORM)[0]


def fill_in(visitor: Visitor, doors: Doors, way: str) -> None:
    """The form up to its last question: words, a photo with its metadata, a name of a file."""
    visitor.begin_report()
    words = f"Em tên là {doors.name(f'{way}, words')}. Cổng sau mất khoá."
    photo = photo_by(doors.name(f"{way}, photo"), doors.word(f"{way}, camera"))
    parts = {
        "csrfmiddlewaretoken": visitor.token("/report/describe/"),
        "text": words,
        "happening": "unsure",
    }
    body = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in parts.items()
    )
    body += (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="attached"; '
        f'filename="{doors.word(f"{way}, name of the file")}.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    whole = body.encode() + photo + f"\r\n--{BOUNDARY}--\r\n".encode()
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    assert visitor.ask("/report/describe/", whole, kind)[0] == 303


def by_the_form(doors: Doors) -> None:
    visitor = Visitor(doors.stack.public, "10.77.1.1")
    fill_in(visitor, doors, "form")
    name, phone = doors.name("form, name"), doors.phone("form, phone")
    assert post_form(visitor, "/report/name/", wish="sealed", name=name, phone=phone) in {302, 303}
    page = visitor.ask("/report/check/")[1]
    said = {name: field(page, name) for name in ("csrfmiddlewaretoken", "token")}
    sent = visitor.ask("/report/check/", urllib.parse.urlencode(said).encode(), FORM)
    assert sent[0] in {302, 303}
    words = f"Số mới của em là {doors.phone('status page, phone')}"
    code = CODE.search(visitor.ask("/receipt/")[1])
    assert code
    assert post_form(visitor, "/status/", code=code[0]) in {302, 303}
    assert post_form(visitor, "/status/tip/", text=words) in {302, 303}


def by_a_draft(doors: Doors) -> None:
    """Somebody stops before the end: nothing was sent."""
    visitor = Visitor(doors.stack.public, "10.77.1.2")
    fill_in(visitor, doors, "draft")
    name = doors.name("draft, name")
    assert post_form(visitor, "/report/name/", wish="sealed", name=name) in {302, 303}


def by_zalo(doors: Doors) -> None:
    """A person writes to the official account, which passes it on to the edge."""
    words = f"Em tên là {doors.name('Zalo, words')}, số của em {doors.phone('Zalo, phone')}."
    spec = {"kind": "text", "user": doors.word("Zalo, id of the person"), "text": words}
    asked = urllib.request.Request(
        f"{doors.stack.zalo}/_fake/emit",
        json.dumps({"events": [spec]}).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(asked, timeout=20) as answer:
        assert answer.status == 200


def told_by_fake(stack: Stack, name: str) -> bytes:
    with urllib.request.urlopen(f"{stack.zalo}/_fake/{name}", timeout=20) as answer:
        found: bytes = answer.read()
    return found


DOORS: tuple[Callable[[Doors], None], ...] = (by_the_form, by_a_draft, by_zalo)


def test_nobody_who_was_planted_is_found_in_what_a_thief_takes(
    stack: Stack, tmp_path: Path
) -> None:
    doors = Doors(stack, {})
    for door in DOORS:
        door(doors)
    done = stack.command("thief", *doors.people.values())
    assert done.returncode == 0, done.stdout + done.stderr
    lines = [re.split(r" {2,}", line) for line in done.stdout.splitlines()]
    told = [tuple(line[1:]) for line in lines if line[0] == "ok"]
    for place in PLACES_SEARCHED:
        found = {what: form for where, what, form in told if where == place}
        controls = {what for what in found if what.startswith("control")}
        assert controls
        assert {found[what] for what in found.keys() - controls} == {"not found"}
        assert "not found" not in {found[what] for what in controls}
        ways = {what.partition(",")[0] for what in found.keys() - controls if "outside" not in what}
        assert len(ways | {way.partition(",")[0] for way in doors.people}) >= FEWEST_WAYS
    # What is not in the data folder: what processes print, what they keep for a while, and what
    # whoever carries the messages knows, but for the ids that are its own.
    (tmp_path / "printed").mkdir()
    (tmp_path / "printed" / "output").write_text("\n".join(stack.output))
    carried = tmp_path / "carried"
    carried.mkdir()
    person = doors.people.pop("Zalo, id of the person")
    until = time.monotonic() + 20
    while b"113" not in (received := told_by_fake(stack, f"inbox.json?user={person}")):
        assert time.monotonic() < until, "Zalo was given no answer for the person"
        time.sleep(0.2)
    (carried / "inbox").write_bytes(received)
    (carried / "journal").write_bytes(told_by_fake(stack, "journal"))
    shutil.copytree(stack.environment["TMPDIR"], tmp_path / "temporary", ignore=_no_sockets)
    places = {name: tmp_path / name for name in ("printed", "carried", "temporary")}
    for folder in places.values():
        write_controls(folder, CONTROL)
    for what, place, must, form in search(places, PlantedPeople(doors.people, CONTROL)):
        assert bool(form) == must, (what, place, form)


def _no_sockets(folder: str, names: list[str]) -> list[str]:
    return [
        name for name in names if not (Path(folder, name).is_file() or Path(folder, name).is_dir())
    ]
