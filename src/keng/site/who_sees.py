"""Which role sees what: docs/who-sees.md, beside who does what (who_may.py).

The roles of a line are those of the page on which it stands, so the two cannot part. What a role
sees is narrowed further by `visible_to` of each kind of row; a line says how.
"""

from dataclasses import dataclass

from keng.accounts.who import Role
from keng.site.who_may import PAGE_RIGHTS, role_cell


@dataclass(frozen=True, slots=True)
class Sight:
    """One thing to be seen, and a page that shows it."""

    what: str
    page: str
    narrowed: str = ""


_NOT_ABOUT_OWN = "never of a tip about the own unit, nor one from which they were recused"
_NAMED = "of a matter for named officers: these alone, or for an hour whoever broke in"
SIGHTS: tuple[Sight, ...] = (
    Sight("That a tip is there: number, urgency, deadline", "inbox", _NOT_ABOUT_OWN),
    Sight("Words of a tip, its place and category", "tip", f"{_NOT_ABOUT_OWN}; {_NAMED}"),
    Sight("Dialogue with its reporter, ready answers", "tip-reply", "as the words"),
    Sight("Notes of colleagues on it", "tip-note", "as the words"),
    Sight("Its files, as copies to view", "attachment", "as the words; each look is on record"),
    Sight("Search over words", "search", "as the words"),
    Sight(
        "The hand-over file of a tip",
        "tip-hand-over",
        "as the words; never a file in quarantine, nor who the reporter is",
    ),
    Sight("The map of open tips", "tips-map", "as the words"),
    Sight("Tips that are alike, or with the same number", "same-indicator", "as the words"),
    Sight("Incidents", "incident", "where they read one of its tips, and of these alone"),
    Sight("Waves", "wave", "the own desk's, and of its tips those that they read"),
    Sight(
        "Who a reporter is, and original files",
        "opening-open",
        "one record, once, after a second person agreed; as the words, and each step is on record",
    ),
    Sight("Who is named for matters of children and sexual offences", "named-officers"),
    Sight(
        "Who opened such a matter in an emergency, and why",
        "break-ins",
        f"of the tip only its number; never of the own doing; {_NOT_ABOUT_OWN}",
    ),
    Sight(
        "How many closed tips fall due by a period", "retention", "numbers, none about the own unit"
    ),
    Sight(
        "Words of tips and warnings from before Kẻng", "imported-tips", "of the desks they work for"
    ),
    Sight(
        "What a sheet of earlier records would bring in", "imports", "numbers, and refused lines"
    ),
    Sight(
        "What somebody asks of the data about them, and the answer",
        "data-requests",
        f"of the tip only its number; {_NOT_ABOUT_OWN}",
    ),
    Sight(
        "Incidents of data: what was reached, who was told",
        "breaches",
        "numbers of rows by sort of data, to the next ten; no name, no word of a report",
    ),
    Sight("The register of processing", "processing-register"),
    Sight("Figures", "dashboard", "every tip counts, but those about the own unit"),
    Sight("Tips behind a figure", "dashboard-list", "their number and state, no word"),
    Sight("Signed reports", "reports"),
    Sight(
        "What worked at which commune", "yearly-list", "rounded shares of a year, no number of tips"
    ),
    Sight("Objections to the look-up", "listings"),
    Sight("Groups, leads, houses", "groups"),
    Sight("Warnings, also those that are not out yet", "warnings"),
    Sight("Questions of residents", "questions", "never one about the own unit"),
    Sight("The rota", "rota"),
    Sight("Texts that partners handed in", "desk-article"),
    Sight("Officers, their posts and requests", "officers"),
    Sight(
        "The record: who did what, who looked at what",
        "audit",
        "of a tip only its number; nothing of one about the own unit",
    ),
)

_PREFACE = (
    "Printed from `src/keng/site/who_sees.py`: of each line the roles are those of the page that"
    " shows it ([who may do what](who-may.md) has the sets). A test holds it to them"
    " (`PRINT_WHO_MAY=1` before `pytest src/keng/site/tests/test_who_sees.py` prints it anew), and"
    " another one walks over every address with a matter for named officers"
    " (`src/keng/site/tests/test_named_everywhere.py`). How the named officers of a desk come"
    " about: [decision 29](decisions/0029-named-officers.md)."
)


def sights_as_markdown() -> str:
    """docs/who-sees.md."""
    lines = [
        "# Who sees what",
        "",
        _PREFACE,
        "",
        "| what | " + " | ".join(role.value for role in Role) + " | narrowed |",
        "|---" * (len(Role) + 2) + "|",
    ]
    for sight in SIGHTS:
        cells = (role_cell(PAGE_RIGHTS[sight.page], role) if sight.page else "–" for role in Role)
        lines.append(f"| {sight.what} | " + " | ".join(cells) + f" | {sight.narrowed} |")
    return "\n".join([*lines, ""])
