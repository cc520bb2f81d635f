"""A browser for tests: it reads a page as a person does, however its template is laid out."""

import datetime
import re
from contextlib import contextmanager, suppress

from django.conf import settings
from django.db import DatabaseError, connection
from django.test import Client

from keng.acts.work import current_work
from keng.kit import times
from keng.runtime.tests.rights import give_rights

# Beside these no blank is seen, for a line begins or ends there.
_LINES = re.compile(
    "address|article|aside|base|blockquote|body|br|caption|col|colgroup|dd|details|dialog|div|dl"
    "|doctype|dt|fieldset|figcaption|figure|footer|form|h[1-6]|head|header|hr|html|legend|li|link"
    "|main|meta|nav|ol|optgroup|option|p|pre|script|section|source|style|summary|table|tbody|td"
    "|text|tfoot|th|thead|title|tr|track|ul"
)
# What stands in these is kept as it is.
_KEPT = frozenset(("pre", "script", "style", "textarea"))
_TAG = r"</?[a-zA-Z!](?:\"[^\"]*\"|'[^']*'|[^'\">])*>"
_PIECE = re.compile(rf"<!--.*?-->|{_TAG}|[^<]+|<", re.DOTALL)
_NAME = re.compile(r"<[/!]?([a-z][a-z0-9-]*)", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_QUOTED_OR_BLANKS = re.compile(r"\"[^\"]*\"|'[^']*'|[ \t\r\n\f]+(?=(/?>$)?)")


_WRITES = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?')
# One row by one statement, and nothing that anybody decided: a session, a draft not yet sent, how
# much a network asked for.
_KEPT_BY_THEMSELVES = frozenset(
    (
        "accounts_desksession",
        "accounts_partnersession",
        "community_draft",
        "limits_guesscount",
        "limits_limitcount",
        "limits_spentpuzzle",
        "surveys_draft",
    )
)


_AS_GOOD_AS_NOW = datetime.timedelta(minutes=1)


class Browser(Client):
    """A client whose pages have one blank for a run of them, and none where nobody sees it.

    How a template is broken into lines is thus no matter of a test; whether there is a blank
    between two words or two links still is.
    """

    def request(self, **request):
        with connection.execute_wrapper(_refuse_loose_writes), _with_the_desks_role():
            response = super().request(**request)
        if not response.streaming and response.get("Content-Type", "").startswith("text/html"):
            response.content = settled(response.content.decode()).encode()
        return response


@contextmanager
def _with_the_desks_role():
    """What the desk answers with is what its role reads (keng.site.row_policies)."""
    # The database looks at its own clock whether a session is over; a test may have another one.
    has_own_clock = abs(times.now() - datetime.datetime.now(datetime.UTC)) > _AS_GOOD_AS_NOW
    if settings.ROOT_URLCONF != "keng.site.desk_urls" or has_own_clock:
        yield
        return
    give_rights()
    _become("keng_desk")
    try:
        yield
    finally:
        _become("none")


def _become(role):
    # A transaction that failed ends with its test, and its role with it.
    with suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")


def _refuse_loose_writes(execute, sql, *rest):
    """Whatever a page changes is an act or a unit of work (keng.acts), or it is half done."""
    if (found := _WRITES.match(str(sql))) and current_work() is None:
        assert found[1] in _KEPT_BY_THEMSELVES, f"{found[1]} is changed outside of any act: {sql}"
    return execute(sql, *rest)


def settled(page):
    """The page with its blanks as they are seen."""
    pieces = [match[0] for match in _PIECE.finditer(page)]
    names = [name[1].lower() if (name := _NAME.match(piece)) else "" for piece in pieces]
    read, kept = [], ""
    for at, (piece, name) in enumerate(zip(pieces, names, strict=True)):
        is_kept = kept and not (name == kept and piece.startswith("</"))
        if is_kept or piece.startswith("<!--"):
            read.append(piece)
            continue
        kept = name if name in _KEPT and not piece.startswith("</") else ""
        if name:
            read.append(_QUOTED_OR_BLANKS.sub(_one_blank, piece))
            continue
        words = _BLANKS.sub(" ", piece)
        if at == 0 or _breaks(pieces[at - 1], names[at - 1], is_before=True):
            words = words.removeprefix(" ")
        if at + 1 == len(pieces) or _breaks(pieces[at + 1], names[at + 1], is_before=False):
            words = words.removesuffix(" ")
        read.append(words)
    return "".join(read)


def _one_blank(found):
    """A blank between two attributes; none before the end of the tag; values as they are."""
    if found[0][0] in "\"'":
        return found[0]
    return "" if found[1] else " "


def _breaks(tag, name, *, is_before):
    """Whether words after (or before) this tag begin (or end) a line."""
    if name == "button":
        # A button stands in a line; what it says begins and ends within it.
        return is_before != tag.startswith("</")
    if name == "input":
        return 'type="hidden"' in tag
    return _LINES.fullmatch(name) is not None
