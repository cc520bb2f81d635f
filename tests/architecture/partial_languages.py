"""What the pages in further languages can say: each sentence of their templates and their code.

`python -m tests.architecture.partial_languages ko` prints what that language still lacks, as a .po
file.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib

from keng.language.taxonomy import categories
from keng.runtime.locale import LOCALE, entries_by_sentence
from tests.architecture.sentences import Sentence, in_python, in_template
from tests.architecture.source import KENG, templates

# By the page; what they include and extend is found.
TEMPLATES = (
    "community/home.html",
    "community/first_hour.html",
    "community/report/who_gets.html",
    "community/report/what.html",
    "community/report/where.html",
    "community/report/describe.html",
    "community/report/name.html",
    "community/report/check.html",
    "community/report/at_once.html",
    "community/report/gone.html",
    "dialogue/public/receipt.html",
    "dialogue/public/receipt_print.html",
    "dialogue/public/enter.html",
    "dialogue/public/status.html",
    "dialogue/public/take_back.html",
    "dialogue/public/purged.html",
    "dialogue/public/data.html",
    "data_requests/public/ask.html",
    "data_requests/public/sent.html",
    "dialogue/public/taken_back.html",
    "dialogue/public/exchange.html",
    "dialogue/public/new_code.html",
    "dialogue/public/code_closed.html",
    "dialogue/public/link.html",
    "dialogue/public/link_used.html",
    "parts/forms/puzzle.html",
    "lookup_pages/public/box.html",
    "lookup_pages/public/answers.html",
    "delivery/subscribe.html",
    "delivery/subscribe_closed.html",
    "delivery/subscribe_chat.html",
    "delivery/subscribe_sent.html",
    "delivery/subscription_confirm.html",
    "delivery/own_subscription.html",
    "delivery/own_request.html",
    "delivery/subscription_stop.html",
    "warnings/warning.html",
    "warnings/what_changed.html",
    "community/calendar.html",
    "community/abroad.html",
    "community/privacy.html",
    "errors/not_found.html",
    "errors/form_expired.html",
    "parts/forms/field.html",
    "parts/forms/problems.html",
)
# A module, or one class, function or name of it where the rest is for other pages; of the facts of
# a channel, one of them.
CODE = (
    "site/public_frame.py",
    "community/promises.py",
    "community/public/abroad.py",
    "community/models/announcements.py:Kind",
    "kit/languages.py:PAGES_OF_LANGUAGES",
    "lessons/first_hour.py",
    "kit/time_words.py:due_words",
    "kit/uploads.py:why_no_room",
    "files/openable.py",
    "tips/chat_notices.py",
    "vault/models.py:What",
    "community/report/who_gets.py",
    "community/report/what.py",
    "tips/topics.py",
    "community/report/where.py",
    "community/report/describe.py",
    "community/report/name.py",
    "community/report/check.py",
    "community/report/at_once.py",
    "community/report/send.py:FileLost",
    "community/report/steps.py",
    "community/report/recipient.py",
    "lookup_pages/promises.py",
    "lookup_pages/public/search.py",
    "dialogue/public/code_attempts.py",
    "dialogue/public/code_entry.py",
    "dialogue/exchange_code.py:AlreadyExchanged",
    "dialogue/public/status_page.py",
    "dialogue/public/stages.py",
    "dialogue/public/status_acts.py",
    "decisions/meant_for_unit.py:say_meant_for_unit",
    "decisions/meant_for_unit.py:_tell_reporter",
    "tips/letters.py:closing_sentence",
    "breaches/telling.py:reporter_notice",
    "tips/letters.py:decline_reply",
    "tips/letters.py:danger_first_sentence",
    "tips/letters.py:child_line_sentence",
    "tips/letters.py:bank_first_sentence",
    "tips/letters.py:not_shown_sentence",
    "dialogue/public/data_page.py",
    "data_requests/public_form.py",
    "data_requests/promises.py",
    "data_requests/models.py:Kind",
    "data_requests/models.py:Outcome",
    "data_requests/models.py:Ground",
    "data_requests/request_forms.py:AskDataForm",
    "data_requests/request_forms.py:AskWithoutReceiptForm",
    "data_requests/errors.py:AskedAlready",
    "data_requests/errors.py:NobodyAnswers",
    "consent/models.py:Purpose",
    "kit/urgency.py:Happening",
    "lookup/models/indicator.py:Type",
    "claims/models.py:Verdict",
    "claims/models.py:Topic",
    "network/forms/subscriptions.py:ChoicesForm",
    "network/forms/subscriptions.py:WayForm",
    "network/forms/subscriptions.py:WeekLimits",
    "network/forms/subscriptions.py:SEVERITIES",
    "network/models.py:GroupKind",
    "delivery/ways_to_receive.py",
    "delivery/public/subscribe.py",
    "delivery/actions/subscribing.py:NoMailbox",
    # What a way is called where it is chosen, and where one sees which one was chosen.
    "channels/email/__init__.py:facts.name",
    "channels/web_push/__init__.py:facts.name",
    "channels/telegram/__init__.py:facts.name",
    "channels/telegram/__init__.py:facts.subscribing",
    "channels/zalo_bot/__init__.py:facts.name",
    "channels/zalo_bot/__init__.py:facts.subscribing",
    "channels/zalo_oa/__init__.py:facts.name",
    "channels/zalo_oa/__init__.py:facts.subscribing",
    "channels/sandbox/__init__.py:facts.name",
    "channels/sandbox/__init__.py:facts.origin",
    "channels/sandbox/__init__.py:facts.subscribing",
    "warnings/part_names.py:what_heading",
    "warnings/part_names.py:part_headings",
    "warnings/version_diff.py:changed_parts",
    "warnings/version_diff.py:_day",
    "warnings/models.py:Severity",
)
_LEADS_ON = re.compile(r"{%-?\s*(?:include|extends)\s+(.*?)\s*-?%}")
_TEMPLATE_NAME = re.compile(r'[":,]([\w/]+\.html)\b')


def sentences() -> dict[Sentence, str]:
    """Each sentence that these pages can say, with one place that says it."""
    found: dict[Sentence, str] = {}
    for name, file in pages().items():
        found |= dict.fromkeys(in_template(file.read_text(), file), name)
    for place in CODE:
        found |= dict.fromkeys(in_python(_code(place)), place)
    return found | {(None, _english(code)): "language/taxonomy.csv" for code in categories()}


def missing(language: str) -> dict[Sentence, str]:
    """What a language lacks of them."""
    translated = entries_by_sentence(LOCALE / language / "LC_MESSAGES")
    return {said: place for said, place in sentences().items() if said not in translated}


def _english(code: str) -> str:
    return categories()[code].en.replace("; ", ", ")


def pages() -> dict[str, Path]:
    """The templates of these pages, with what they include and extend."""
    known = {str(file).split("/templates/", 1)[1]: file for file in templates()}
    found: dict[str, Path] = {}
    waiting = list(TEMPLATES)
    while waiting:
        name = waiting.pop()
        if name not in found and "desk" not in name:
            found[name] = known[name]
            waiting += _led_to(known[name].read_text())
    return found


def _led_to(source: str) -> Iterator[str]:
    for tag in _LEADS_ON.finditer(source):
        yield from _TEMPLATE_NAME.findall(tag[1])


def _code(place: str) -> str:
    """The text of a module; of one definition, with the imports that say what _ is."""
    file, _colon, name = place.partition(":")
    text = (KENG / file).read_text()
    if not name:
        return text
    tree = ast.parse(text)
    nodes: list[ast.AST] = [
        node for node in ast.walk(tree) if _is_named(node, name.partition(".")[0])
    ]
    if fact := name.partition(".")[2]:
        inside = [part for node in nodes for part in ast.walk(node)]
        nodes = [
            node.value for node in inside if isinstance(node, ast.keyword) and node.arg == fact
        ]
    assert nodes, place
    wanted = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return "\n".join(ast.unparse(node) for node in [*wanted, *nodes])


def _is_named(node: ast.AST, name: str) -> bool:
    """Whether it defines this name."""
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]) == name
    return isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name


if __name__ == "__main__":
    for (context, sentence), place in sorted(missing(sys.argv[1]).items(), key=lambda row: row[1]):
        print(polib.POEntry(msgctxt=context, msgid=sentence, comment=place))
