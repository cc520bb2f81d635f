"""What the provider's answer about an account means: for an operator, and until when it is paid."""

import datetime
import json

import pytest

from keng.channels.base import Outcome, Reply
from keng.channels.upkeep import AccountPackage
from keng.channels.zalo_oa import ZaloOA


@pytest.mark.parametrize(
    ("status", "body", "is_well", "words"),
    [
        (200, b'{"error":0,"data":{"name":"Bac Ninh"}}', True, "knows it as 'Bac Ninh'"),
        (200, b'{"error":"0","data":{}}', True, "knows it as ''"),
        (200, b'{"error":-216,"message":"Access token is invalid"}', False, "-216 Access token"),
        (502, b"<html>bad gateway", False, "cannot be read (HTTP 502)"),
        (200, b"[]", False, "cannot be read"),
    ],
)
def test_only_the_providers_own_yes_is_a_yes(
    status: int, body: bytes, is_well: bool, words: str
) -> None:
    check = ZaloOA.facts.check
    assert check is not None
    found = check.finding(Reply(status, {}, body))
    assert found.is_well is is_well
    assert words in found.words


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("05/03/2027", datetime.date(2027, 3, 5)),
        (" 31/12/2026 ", datetime.date(2026, 12, 31)),
        ("Không có", None),
        ("2027-03-05", None),
        ("31/02/2027", None),
        ("31/12/9999", None),
        (None, None),
    ],
)
def test_of_a_package_only_a_day_that_we_know_how_to_read_is_kept(written, day):
    data = {"package_name": "Nâng\ncao", "package_valid_through_date": written}
    body = json.dumps({"error": 0, "data": data}).encode()
    assert _package(200, body) == AccountPackage("Nâng cao", day)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b'{"error":-216,"message":"Access token is invalid"}', "refresh_auth"),
        (401, b"", "refresh_auth"),
        (502, b"<html>bad gateway", "retry"),
    ],
)
def test_a_refusal_is_no_package(status, body, kind):
    found = _package(status, body)
    assert isinstance(found, Outcome)
    assert found.kind == kind


def _package(status: int, body: bytes) -> AccountPackage | Outcome:
    lookup = ZaloOA.facts.package
    assert lookup is not None
    return lookup.read(Reply(status, {}, body), datetime.datetime.now(datetime.UTC))
