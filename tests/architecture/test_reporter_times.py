"""No page, list or file for officers prints a reporter's time as exactly as the row has it.

keng.tips.reporter_times says how exactly. A template prints a moment by one of the filters in
_PRINTS; whatever it prints by the name of a reporter's moment goes through _ROUNDS first. A name
that stands in neither table is a new one: decide, and write it down here.
"""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.source import KENG, is_test, python_files, templates

_PRINTS = r"vntime|date|time|due_by|remaining|urgency|timesince|isoformat"
_ROUNDS = {"reporter_time", "ending_time"}
_PRINTED = re.compile(rf"([\w.]+)((?:\|[\w]+(?::[\w.\"']+)?)*?)\|(?:{_PRINTS})\b")
_CHIP = re.compile(r"deadline_chip\.html\" with due=([\w.]+)((?:\|[\w:.]+)*)")

# Where tips, and what residents ask and object to, are shown to officers.
_AREAS = (
    "inbox/templates",
    "incidents/templates",
    "lookup_pages/templates/lookup_pages/desk",
    "dialogue/templates/dialogue/desk",
    "intake/templates",
    "alarms/templates",
    "reports/templates",
    "warnings/templates/warnings/before_after",
    "claims/templates/claims/desk_list.html",
    "claims/templates/claims/detail.html",
    "community/templates/community/desk",
)
# The reporter's, or what follows from it at once: a deadline, an ending that may be theirs.
REPORTERS = {
    "received_at",
    "feared_at",
    "danger_at",
    "withdrawn_at",
    "waiting_since",
    "due_at",
    "newest",
    "found_at",
    "asked_at",
    "examined_at",
    "meant_for_unit_at",
    "first_answered_at",
    "came_with.at",
    "shown.since",
    "message.at",
    "tip.closed_at",
    "dispute.made_at",
    "file.at",
    "suggestion.at",
    "each.stopped_at",
}
# Acts of officers, the clock of the page, days without a time, the paper for the reporter
# (taken.html); and what the code rounded already.
OTHERS = {
    "announcement.html:channel.checked_on",
    "announcement.html:channel.doubted_at",
    "announcement.html:meeting.starts_at",
    "answer_all.html:each.at",
    "answers.html:each.changed_at",
    "audit.html:row.at",
    "bare.html:restriction.at",
    "break_in.html:opened.at",
    "break_in.html:opened.until",
    "break_ins.html:opened.read_at",
    "calling.html:alarm_row.ended_at",
    "calling.html:alarm_row.next_call_at",
    "calling.html:one.answered_at",
    "calling.html:one.at",
    "channels.html:each.checked_on",
    "charts.html:signed.signed_at",
    "checks.html:line.at",
    "checks.html:line.unticked.unticked_at",
    "chips.html:tip.suspended_at",
    "conflict.html:event.at",
    "hold.html:each.agreed_at",
    "hold.html:each.began_at",
    "hold.html:each.end_asked_at",
    "hold.html:each.ended_at",
    "hold.html:each.refused_at",
    "desk_list.html:one.made_at",
    "desk_list.html:one.released_at",
    "desk_list.html:one.submitted_at",
    "detail.html:claim.ended_at",
    "detail.html:one.made_at",
    "detail.html:one.released_at",
    "dialogue.html:message.shown_at",
    "draft.html:previous.signed_at",
    "figure_rows.html:item.at",
    "inbox.html:inbox.at",
    "identity.html:asked.lapsed_at",
    "identity.html:asked.opened_at",
    "identity.html:asked.refused_at",
    "incident.html:incident.closed_at",
    "indicators.html:each.since",
    "list.html:each.signed_at",
    "listing.html:each.due_on",
    "listing.html:listing.ended_at",
    "listing.html:listing.expires_on",
    "listing.html:listing.made_at",
    "listing.html:listing.used_in",
    "listing_dispute.html:dispute.decided_at",
    "listing_dispute.html:dispute.due_on",
    "listing_dispute.html:listing.used_in",
    "listing_rows.html:each.ended_at",
    "listing_rows.html:each.expires_on",
    "listing_rows.html:each.made_at",
    "listings.html:each.due_on",
    "meetings.html:each.starts_at",
    "note.html:note.at",
    "now.html:event.at",
    "public.html:each.published_at",
    "public.html:now.published_at",
    "public.html:report.published_at",
    "question.html:question.gone_at",
    "questions.html:each.gone_at",
    "report.html:public.published_at",
    "report.html:signed.signed_at",
    "signed_figure.html:signed.signed_at",
    "suspended.html:row.tip.suspended_at",
    "taken.html:receipt.answer_by",
    "taken.html:receipt.finish_by",
    "taken.html:receipt.look_by",
    "timeline.html:event.at",
    "unanswered.html:message.shown_at",
    "wave.html:day",
    "wave.html:step.at",
}
EXCEPT = {
    # When an officer asked for an opening: nothing of the reporter's.
    "identity.html:asked.asked_at",
    # The paper for the reporter, printed by the officer who has just taken the report down.
    "taken.html:receipt.received_at",
}


def _in_area(file: Path) -> bool:
    return str(file.relative_to(KENG)).startswith(_AREAS)


def _printed() -> list[tuple[str, str, str]]:
    """File and variable, its last names, and the filters before the one that prints."""
    found = []
    for file in templates(KENG):
        if _in_area(file):
            text = file.read_text()
            parts = [*_PRINTED.finditer(text), *_CHIP.finditer(text)]
            found += [(f"{file.name}:{part[1]}", part[1], part[2]) for part in parts]
    return found


def _is_reporters(variable: str) -> bool:
    names = variable.split(".")
    return bool({names[-1], ".".join(names[-2:])} & REPORTERS)


def _is_rounded(filters: str) -> bool:
    return bool(_ROUNDS & set(re.findall(r"\|(\w+)", filters)))


def test_templates_round_what_is_a_reporters():
    bare = [
        where
        for where, variable, filters in _printed()
        if _is_reporters(variable) and not _is_rounded(filters) and where not in EXCEPT
    ]
    assert not bare


def test_whatever_templates_of_tips_print_is_known():
    unknown = {
        where
        for where, variable, filters in _printed()
        if not _is_reporters(variable) and not _is_rounded(filters) and where not in OTHERS
    }
    assert not unknown


def test_code_does_not_print_a_reporters_moment_by_itself():
    """Words, and text for a script or a file: moment_words(x.received_at), x.due_at.isoformat()."""
    bare = re.compile(
        rf"(?:_words\(\s*|deadline_state\(\s*|f\"[^\"]*\{{)(?:\w+\.)*(?:{'|'.join(_NAMES)})\b"
        rf"|(?:\w+\.)+(?:{'|'.join(_NAMES)})\.(?:astimezone|isoformat|strftime|timestamp)\b"
    )
    found = [
        f"{file.relative_to(KENG)}: {part[0]}"
        for file in python_files(KENG)
        if not is_test(file) and str(file.relative_to(KENG)).startswith(_CODE)
        for part in bare.finditer(file.read_text())
    ]
    assert not found


_NAMES = sorted(name for name in REPORTERS if "." not in name)
# Acts and reception write rows and the detail of entries, which no page prints.
_CODE = (
    "inbox/",
    "incidents/",
    "lookup_pages/evidence.py",
    "lookup_pages/listing_desk.py",
    "dialogue/handed_codes.py",
    "dialogue/ready_answer",
    "dialogue/dialogue_parts.py",
    "intake/by_staff/",
    "alarms/bar.py",
    "alarms/bundle_queries.py",
    "alarms/calls.py",
    "tips/check_list.py",
    "tips/decision_words.py",
    "tips/fill_ins.py",
    "tips/letters.py",
    "tips/incident_titles.py",
    "tips/origins.py",
    "tips/page_version.py",
    "tips/readers.py",
    "tips/toast.py",
    "tips/templatetags/",
    "reports/",
    "warnings/",
    "community/desk",
    "claims/desk",
)


@pytest.mark.parametrize(
    "line",
    [
        '{{ tip.received_at|vntime:"short" }}',
        "{% blocktranslate with at=tip.received_at|vntime %}",
        "<time datetime=\"{{ tip.due_at|date:'c' }}\">",
        "{{ each.due_at|due_by }}",
        '{% include "parts/deadline_chip.html" with due=tip.due_at name="" %}',
    ],
)
def test_whoever_forgets_it_is_found(line):
    parts = [*_PRINTED.finditer(line), *_CHIP.finditer(line)]
    assert [part for part in parts if _is_reporters(part[1]) and not _is_rounded(part[2])]


def test_the_filters_are_the_ones_of_the_product():
    tree = ast.parse((KENG / "tips/templatetags/reporter_times.py").read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    calls = [each for node in functions for each in node.decorator_list]
    assert {each.args[0].value for each in calls} == _ROUNDS
