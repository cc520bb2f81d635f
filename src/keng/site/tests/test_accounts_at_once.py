"""An account is closed at the moment at which somebody gives its officer something."""

from functools import partial

import pytest

from keng.accounts import actions, closing, requesting, setting_up
from keng.accounts.models import Officer, Post
from keng.accounts.tests.stage import CHOSEN, Stage, both_halves, first_code, today
from keng.acts.errors import Refused
from keng.audit import verify
from keng.site.tests.test_in_a_request import at_once

TRIES = 4


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))


def agree_to_post(stage):
    """The second person agrees to one more post."""
    asked = requesting.ask_for_post(
        stage.officer.pk,
        unit_id=stage.ward.pk,
        role="commander",
        valid_from=today(),
        by=stage.admin,
    )
    return stage.commander, lambda by: requesting.agree_to_request(asked.pk, by=by)


def add_post(stage):
    """One person gives one more post."""
    return stage.admin, lambda by: actions.add_post(
        stage.officer.pk, unit_id=stage.ward.pk, role="duty", valid_from=today(), by=by
    )


def finish_renewal(stage):
    """The officer sets up the new sign-in: nobody is signed in, the desk's process does it."""
    asked = requesting.ask_for_renewal(stage.officer.pk, by=stage.admin)
    begun = setting_up.begin_set_up(*both_halves(asked, second=stage.commander), password=CHOSEN)
    mark, code = setting_up.mark_of_set_up(begun), first_code(begun)
    return stage.chief, lambda _by: setting_up.finish_set_up(asked.pk, mark, code=code)


@pytest.mark.parametrize("give", [agree_to_post, add_post, finish_renewal])
def test_whoever_comes_first_a_closed_account_keeps_neither_a_post_nor_a_sign_in(
    in_a_request, give
):
    for _ in range(TRIES):
        stage = Stage()
        giver, gives = give(stage)
        ended = at_once(
            partial(in_a_request, gives, by=giver),
            partial(in_a_request, partial(close, stage.officer.pk), by=stage.other),
        )
        assert ended[1] is None
        assert ended[0] is None or isinstance(ended[0], Refused)
        closed = Officer.objects.get(pk=stage.officer.pk)
        assert not closed.is_active
        assert not closed.has_usable_password()
        assert not Post.objects.current().filter(officer=closed).exists()
    assert list(map(str, verify.chain_faults())) == []


def close(officer_id, by):
    """The account is closed by another administrator."""
    return closing.close_account(officer_id, by=by)
