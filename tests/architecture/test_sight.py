"""One place decides whose words an officer reads: `visible_to` (keng/tips/models/tip.py).

Whoever asks for tips in another way stands here, with what makes that right. A page that shows
words has no place in this list: it asks `visible_to`.
"""

import re

from tests.architecture.source import KENG, is_test, python_files

# They show of a tip that it is there, and ask of each whether its words may be read.
LISTED = {
    "alarms/bar.py": "the bar: words stand for the words of what is for others",
    "alarms/ringing.py": "whom to call; calls have no word of a tip",
    "consent/given.py": "how many agreed to something: numbers",
    "decisions/named_sight.py": "opening it, and who is taken out of it",
    "inbox/list/by_incident.py": "lines of a list",
    "inbox/list/inbox_query.py": "lines of a list and their counts",
    "inbox/list/inbox_row.py": "lines of a list: blanked by row_of_columns",
    "imported/first_days.py": "since when a desk has had tips: days",
    "inbox/list/neighbours.py": "the way to the next one, or by its number",
    "inbox/tip/bare_page.py": "the page of a matter for others",
    "inbox/tip/decision_views.py": "whether it is still at the desk",
    "reports/figures/definitions.py": "figures count every tip; their lists show no words",
    "reports/periodic/desk/listing.py": "the same of a report",
    "reports/yearly/measures.py": "how many of a year ended in time at each desk: counts",
    "retention/due.py": "how many fall due by a period: numbers",
    "tips/models/tip.py": "where it is defined",
}
# In nobody's name, by a receipt, or over tips that an act has locked as visible before.
NOT_BY_AN_OFFICER = {
    "decisions/link_answers.py": "the worker, for the officer of a call; `visible_to` is asked",
    "transfers/taking_in.py": "what comes in, by its id in the act that makes it; then its officer",
    "transfers/writing_unasked.py": "the worker writes what a transfer file says: locks by id",
    "alarms/answers.py": "the worker, for an officer who answered a call",
    "alarms/bundle_calls.py": "the worker calls",
    "alarms/bundle_queries.py": "a number in a call",
    "alarms/ringing.py": "the worker calls",
    "audit_page/entries.py": "ids by a reference that was typed",
    "breaches/telling.py": "the worker tells the reporters of a breach",
    "community/busy_notice.py": "when the newest came",
    "community/queries.py": "a public count",
    "data_requests/asking.py": "by receipt",
    "data_requests/deciding.py": "the number of a report whose desk is asked, less what is unseen",
    "decisions/bulk.py": "the order of locks",
    "decisions/incident_effect.py": "whether there are others",
    "decisions/incident_lead.py": "locks, and which tip leads",
    "decisions/meant_for_unit.py": "the worker, by what a reporter said",
    "decisions/out_of_scope.py": "the worker destroys, a reporter objects",
    "decisions/raising.py": "the first of an incident, raised with its own",
    "decisions/suspension.py": "undoing",
    "decisions/triage.py": "the order of locks",
    "decisions/undo.py": "one's own decision of this minute stands in for seeing the tip",
    "decisions/undo_ending.py": "undoing",
    "dialogue/answering.py": "one's own answer that has not left",
    "dialogue/public/data_page.py": "by receipt",
    "dialogue/public/status_acts.py": "by receipt",
    "dialogue/public/status_page.py": "by receipt",
    "dialogue/replaced_codes.py": "by receipt",
    "dialogue/reporter.py": "by receipt",
    "dialogue/withdrawal.py": "by receipt, and the worker destroys",
    "imported/first_days.py": "the worker, since when a desk has had tips: days",
    "inbox/announcing.py": "the worker looks whether anything rings or came in: units, never words",
    "inbox/list/inbox_query.py": "counts of the tally, and ids of what is new, less what is unseen",
    "inbox/tip/similar.py": "texts of tips that visible_to found",
    "incidents/incident_acts.py": "acts on a whole incident: locks and counts",
    "incidents/rising.py": "the worker looks for waves",
    "incidents/wave_acts.py": "sizes of waves",
    "intake/examination/examine.py": "the worker reads what came in",
    "intake/fetch_media.py": "the worker fetches files",
    "intake/forget_chats.py": "the worker forgets chats",
    "lookup_pages/evidence.py": "how many people reported a number",
    "reports/machine/agreement.py": "how often the machine was right: counts",
    "reports/periodic/desk/listing.py": "ids behind a figure, less what is unseen",
    "openings/emergency_bar.py": "whether one may be asked for a second yes; a number of a tip",
    "openings/after_restore.py": "whose chain says that a restore ended a request",
    "openings/second_person.py": "the number of a tip that an opening is about, and its desk",
    "partner_inbox/passing_on.py": "by the code of what was passed on",
    "reports/periodic/drafting.py": "numbers of tips that do not agree",
    "reports/periodic/identities.py": "which of two counts a tip fell out of",
    "reports/periodic/tip_states.py": "counts among tips that are seen",
    "retention/due.py": "what the worker destroys, and which tips stand together",
    "retention/purge.py": "the worker destroys",
    "runtime/backup/destroyed_kinds.py": "ids for the list that a restore does again",
    "tips/attachments.py": "which key a file is sealed to; whether its tip is for named officers",
    "tips/chats.py": "which chats are needed",
    "tips/held_back.py": "what keeps a tip from being destroyed: one word",
    "tips/lock.py": "the order of locks",
    "tips/printed_receipt.py": "the receipt of a report that the officer took down just now",
    "tips/quarantine.py": "a restore puts it in quarantine again",
    "tips/search_words.py": "the words of the index are written and forgotten",
    "tips/viewing_copies.py": "the worker makes copies",
    "waiting/kinds.py": "one's own late tips: the number, and the category of no matter for named",
    "warnings/first_draft.py": "numbers of tips that visible_to found",
}
_LISTED = re.compile(r"\.listed_for\(|def listed_for\(")
_OTHERWISE = re.compile(r"\bTip\.objects\.(?!visible_to\(|listed_for\(|none\()")


def _files_with(pattern: re.Pattern[str]) -> set[str]:
    return {
        str(file.relative_to(KENG))
        for file in python_files(KENG)
        if not is_test(file)
        and "migrations" not in file.parts
        and pattern.search(file.read_text(encoding="utf-8"))
    }


def test_who_shows_more_than_what_an_officer_reads_is_listed_with_a_reason():
    assert _files_with(_LISTED) == set(LISTED)


def test_who_asks_for_tips_without_an_officer_is_listed_with_a_reason():
    assert _files_with(_OTHERWISE) == set(NOT_BY_AN_OFFICER)


def test_other_ways_are_found():
    assert _OTHERWISE.search("Tip.objects.filter(pk=pk)")
    assert _OTHERWISE.search("Tip.objects.get(pk=pk)")
    assert not _OTHERWISE.search("Tip.objects.visible_to(by).filter(pk=pk)")
