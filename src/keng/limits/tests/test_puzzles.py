"""The small sum: who is given one, what it is worth, and that none is used twice."""

import hashlib
import html
import json
import re
import time
from pathlib import Path

import pytest

import keng
from keng.community.public.questions import question_limit
from keng.delivery.public.subscribe import letters_per_network
from keng.kit.rate_limits import network_of_address
from keng.limits import puzzles
from keng.limits.models import LimitCount, SpentPuzzle
from keng.limits.puzzles import MOST_HASHES, new_puzzle, remove_lapsed_puzzles, take_solution
from keng.warnings.public.pages import verify_limit
from keng.warnings.tests.ward import Ward
from tests import make

pytestmark = pytest.mark.django_db

HERE = network_of_address("127.0.0.1")


def solve(puzzle):
    """As the script in the page does."""
    said = json.loads(puzzle)
    for number in range(MOST_HASHES + 1):
        tried = hashlib.sha256(f"{said['salt']}{number}".encode()).hexdigest()
        if tried == said["challenge"]:
            kept = {name: said[name] for name in ("algorithm", "challenge", "salt", "signature")}
            return json.dumps(kept | {"number": number})
    raise AssertionError(puzzle)


def puzzle_on(page):
    found = re.search(r'data-puzzle="([^"]*)"', page.content.decode())
    return html.unescape(found[1]) if found else ""


def test_a_solution_is_taken_once_in_all_processes():
    solution = solve(new_puzzle("question"))
    assert take_solution(solution, "question")
    assert not take_solution(solution, "question")
    # Said a little differently it is the same one.
    assert not take_solution(json.dumps(json.loads(solution) | {"more": 1}), "question")
    assert SpentPuzzle.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"number": -1},
        {"signature": "0" * 64},
        {"challenge": "0" * 64},
        {"algorithm": "MD5"},
        {"algorithm": "SHA-1"},
        {"salt": "aa?expires=99999999999&of=question&"},
        {"number": None},
        {"salt": 7},
    ],
)
def test_what_was_changed_is_no_solution(change):
    said = json.loads(solve(new_puzzle("question")))
    assert not take_solution(json.dumps(said | change), "question")


@pytest.mark.parametrize("said", ["", "x", "[]", "7", "{}", "null", '{"salt": []}', "[" * 2000])
def test_what_is_none_is_answered_without_a_fault(said):
    assert not take_solution(said, "question")


def test_it_is_good_for_one_kind_of_form_and_for_twenty_minutes(monkeypatch):
    solution = solve(new_puzzle("question"))
    assert not take_solution(solution, "look-up")
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + puzzles.LASTS.total_seconds() + 2)
    assert not take_solution(solution, "question")


def test_marks_of_solutions_go_when_they_lapse(monkeypatch):
    take_solution(solve(new_puzzle("question")), "question")
    assert remove_lapsed_puzzles() == 0
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + puzzles.LASTS.total_seconds() + 2)
    assert remove_lapsed_puzzles() == 1


def test_the_public_site_takes_one_with_its_own_rights(become):
    solution = solve(new_puzzle("question"))
    become("public")
    assert take_solution(solution, "question")
    assert not take_solution(solution, "question")


def test_a_form_has_one_only_where_its_network_used_more_than_half(
    public_client, tmp_path, settings, no_time_passes
):
    settings.DATA_FOLDER = tmp_path
    address = f"/places/{Ward().place.code}/ask/"
    assert not puzzle_on(public_client.get(address))
    question_limit.count_network(HERE, question_limit.at_once / 2 + 1)
    page = public_client.get(address)
    solution = solve(puzzle_on(page))
    assert 'role="status"' in page.content.decode()
    assert "keng_puzzle" not in page.cookies
    before = LimitCount.objects.get().used
    sent = {"text": "Làm căn cước cần gì?", "wish": "private", "token": "t" * 22}
    answer = public_client.post(address, sent | {puzzles.FIELD: solution})
    assert answer.status_code == 303
    assert LimitCount.objects.get().used == pytest.approx(before + 0.25)
    # Without a script it is sent all the same, and counts in full.
    assert public_client.post(address, sent | {"token": "u" * 22}).status_code == 303
    assert LimitCount.objects.get().used == pytest.approx(before + 1.25)


def test_no_page_of_a_report_has_one(public_client, unit, no_time_passes):
    for limit in ("question", "look-up", "wrong code"):
        question_limit.__class__(limit, at_once=1, pause=1.0).count_network(HERE, 1000)
    for address in ("/report/", "/status/", "/first-hour/"):
        assert not puzzle_on(public_client.get(address, follow=True))


@pytest.mark.parametrize(
    ("address", "limit"), [("/verify", verify_limit), ("/subscribe", letters_per_network)]
)
def test_a_page_for_codes_and_for_letters_has_one(public_client, no_time_passes, address, limit):
    make.channel_account(unit=make.unit(), channel="email")
    assert not puzzle_on(public_client.get(address, follow=True))
    limit.count_network(HERE, limit.at_once / 2 + 1)
    assert puzzle_on(public_client.get(address, follow=True))


# Limits whose forms have no sum.
WITHOUT_SUM = {
    # A receipt's code: whoever types it may be in danger now. A right one is never held up.
    "wrong_codes",
    # A button after the last question. What is too much is thanked and not counted.
    "finish_limit",
    # Opening a page: what is too much is shown and not counted.
    "opening_limit",
    # A machine's: it asks again by itself.
    "transfer_limit",
    # The desk's: an officer beside the person types it once.
    "_WRONG_HALVES",
}


def test_every_other_form_that_is_limited_has_one():
    made, given = set(), set()
    for path in Path(keng.__file__).parent.rglob("*.py"):
        if "tests" not in path.parts:
            text = path.read_text()
            made |= set(re.findall(r"^(\w+) = SharedLimit\(", text, re.MULTILINE))
            given |= set(re.findall(r"(\w+)\.puzzle\(request\)", text))
    assert made - given == WITHOUT_SUM
