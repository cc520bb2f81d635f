"""What `keng doctor` says of standbys, by what the server tells of them."""

import pytest

from keng.cli.checks.check import FindingLevel
from keng.cli.checks.database import finding_of_standbys

ANY = "ANY 1 (one, two)"


def test_one_server_by_itself_is_well():
    found = finding_of_standbys("", 0, 0, None, names_several=False)
    assert found.level is FindingLevel.OK
    assert "lies on one machine" in found.text


@pytest.mark.parametrize(("names_several", "following"), [(True, 0), (False, 1)])
def test_standbys_that_no_commit_waits_for_are_to_be_looked_at(names_several, following):
    found = finding_of_standbys("", following, 0, None, names_several=names_several)
    assert found.level is FindingLevel.ATTENTION
    assert "lies on one machine" in found.text


def test_some_in_sync_are_well():
    found = finding_of_standbys(ANY, 2, 2, 0.01, names_several=True)
    assert (found.level, found.text) == (FindingLevel.OK, "2 in sync, of 2 that follow")


@pytest.mark.parametrize(
    ("following", "confirming", "waits"), [(0, 0, None), (1, 0, 90.0), (1, 1, 90.0)]
)
def test_none_that_confirms_is_wrong(following, confirming, waits):
    found = finding_of_standbys(ANY, following, confirming, waits, names_several=True)
    assert found.level is FindingLevel.WRONG
    assert "every commit waits" in found.text
    assert ("the first for" in found.text) is (waits is not None)
