"""What the provider's answer about an account means, in words for an operator."""

import pytest

from keng.channels.base import Reply
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
