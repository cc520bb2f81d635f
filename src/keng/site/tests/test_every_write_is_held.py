"""Each row that the desk's role may write is held by a policy, or it is said why it is not."""

import re

from keng.site.grants import GRANTS
from keng.site.row_policies import NOT_HELD, POLICIES
from keng.site.row_policy import DESK

# A list that grows is a wall with holes.
MOST_NOT_HELD = 12
RIGHT = re.compile(r"\b(INSERT|UPDATE|DELETE)\b")


def pairs_of_the_desk():
    return {
        (table, command)
        for table, rights in GRANTS[DESK].items()
        for command in RIGHT.findall(rights)
    }


def held_pairs():
    """By a policy for the desk that asks something; `true` asks nothing."""
    asked = {
        (each.table, each.command): each.using or each.check
        for each in POLICIES
        if DESK in each.roles
    }
    return {pair for pair, words in asked.items() if words.strip("() ").lower() != "true"}


def test_each_write_of_the_desk_is_held_or_says_why_not():
    assert pairs_of_the_desk() - held_pairs() == set(NOT_HELD)


def test_what_is_said_not_to_be_held_is_little_and_has_a_reason():
    assert len(NOT_HELD) <= MOST_NOT_HELD
    assert all(len(reason) > 20 for reason in NOT_HELD.values())


def test_a_policy_for_all_commands_leaves_no_write_of_the_desk_free():
    """It would let through what the policy of one command keeps back: one of them is enough."""
    assert [each.table for each in POLICIES if DESK in each.roles and each.command == "ALL"] == []
