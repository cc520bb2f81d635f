"""The forms of a page, read from the page itself: what a person could fill in and send."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.chance import junk


@dataclass
class Field:
    """One name of a form with every value that the page offers for it."""

    name: str
    offered: list[str] = field(default_factory=list)
    is_file: bool = False


@dataclass
class Form:
    """One form; its action is empty if it goes to the page's own address."""

    action: str
    method: str
    fields: dict[str, Field] = field(default_factory=dict)


def forms_of(page: str) -> list[Form]:
    """All forms of the page, with what stands outside but belongs to one by its id."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._by_id: dict[str, Form] = {}
        self._open: Form | None = None
        self._select: str = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(found.get("action", ""), found.get("method", "get").lower())
            self.forms.append(self._open)
            self._by_id[found.get("id", "")] = self._open
        elif tag in {"input", "textarea", "button", "select"} and found.get("name"):
            self._select = found["name"] if tag == "select" else ""
            self._note(found["name"], found)
        elif tag == "option" and self._select:
            self._note(self._select, found)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None

    def _note(self, name: str, found: dict[str, str]) -> None:
        form = self._by_id.get(found.get("form", "-")) or self._open
        if form is None or name == "csrfmiddlewaretoken":
            return
        known = form.fields.setdefault(name, Field(name))
        known.is_file = known.is_file or found.get("type") == "file"
        if "value" in found:
            known.offered.append(found["value"])


@st.composite
def filled(draw: Any, form: Form) -> dict[str, Any]:
    """A way to fill the form in: mostly what it offers, with junk and gaps in between."""
    sent: dict[str, Any] = {}
    for one in form.fields.values():
        choice = draw(st.sampled_from(["offered", "offered", "junk", "many", "left out"]))
        if choice == "offered" and one.offered:
            sent[one.name] = draw(st.sampled_from(one.offered))
        elif choice == "many":
            sent[one.name] = draw(st.lists(junk, max_size=3))
        elif choice != "left out":
            sent[one.name] = draw(junk)
    return sent
