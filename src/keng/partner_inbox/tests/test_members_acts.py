"""Every act of a member in an inbox: refused to whoever is no active member of that partner."""

import pytest

from keng.accounts.models import Partner, PartnerMember
from keng.acts.act import ACTS
from keng.acts.errors import NotAllowed, Refused
from keng.audit.models import Entry
from keng.partner_inbox import holder_acts, matter_acts
from keng.partner_inbox.models import InboxHolder, InboxMatter, InboxMessage, PartnerInbox
from keng.partner_inbox.tests.stage import InboxStage
from keng.partner_inbox.tests.test_inbox import begun
from keng.partners.members_right import MEMBER

pytestmark = pytest.mark.django_db
# Steps inside others, with their permission.
STEPS = {"holder_acts.open_inbox", "holder_acts.end_inbox"}


@pytest.fixture
def stage(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    made = InboxStage()
    begun(made)
    return made


def acts_in_inbox(stage):
    """Each act with what it is asked with; whoever does it is left open."""
    matter, key = InboxMatter.objects.get().pk, InboxHolder.objects.get().pk
    opened = {"unlocked": stage.unlocked}
    return {
        "holder_acts.make_inbox_key": lambda by: holder_acts.make_inbox_key(by=by),
        "holder_acts.prove_inbox_phrase": lambda by: holder_acts.prove_inbox_phrase(
            stage.phrase, by=by
        ),
        "holder_acts.let_in": lambda by: holder_acts.let_in(key, **opened, by=by),
        "holder_acts.end_inbox_key": lambda by: holder_acts.end_inbox_key(key, by=by),
        "holder_acts.set_inbox": lambda by: holder_acts.set_inbox(
            keep_months=1, is_open=False, by=by
        ),
        "matter_acts.answer_matter": lambda by: matter_acts.answer_matter(
            matter, words="Mai ra xem.", **opened, by=by
        ),
        "matter_acts.ask_consent": lambda by: matter_acts.ask_consent(
            matter, words="Chuyển được không?", **opened, by=by
        ),
        "matter_acts.pass_on_for_danger": lambda by: matter_acts.pass_on_for_danger(
            matter, **opened, by=by
        ),
        "matter_acts.end_matter": lambda by: matter_acts.end_matter(matter, **opened, by=by),
    }


def closed(stage):
    """As the desk closed them after their page was opened."""
    PartnerMember.objects.filter(pk=stage.thu.pk).update(is_active=False)
    return stage.thu


def of_a_closed_partner(stage):
    Partner.objects.filter(pk=stage.partner.pk).update(is_active=False)
    return stage.thu


def rows_of_inboxes():
    """Whatever an act could leave."""
    return [
        list(rows.objects.order_by("pk").values())
        for rows in (PartnerInbox, InboxHolder, InboxMatter, InboxMessage, Entry)
    ]


def test_every_act_of_a_member_in_an_inbox_is_tried_here(stage):
    known = {
        name.removeprefix("keng.partner_inbox.")
        for name, row in ACTS.items()
        if row.may is MEMBER and name.startswith("keng.partner_inbox.")
    }
    assert known - STEPS == set(acts_in_inbox(stage))


@pytest.mark.parametrize("somebody", [closed, of_a_closed_partner])
def test_whoever_is_no_active_member_does_nothing_in_the_inbox(stage, somebody):
    acts, by = acts_in_inbox(stage), somebody(stage)
    before = rows_of_inboxes()
    for name, act in acts.items():
        with pytest.raises(NotAllowed):
            pytest.fail(f"{name} is done: {act(by)}")
    assert rows_of_inboxes() == before


def test_a_member_of_another_partner_reaches_nothing_of_this_inbox(stage):
    other = stage.invited(name="Báo Thử", username="bao").member
    acts, before = acts_in_inbox(stage), rows_of_inboxes()[1:4]
    # A key of their own, for an inbox of their own partner.
    acts.pop("holder_acts.make_inbox_key")
    for name, act in acts.items():
        with pytest.raises((NotAllowed, Refused)):
            pytest.fail(f"{name} is done: {act(other)}")
    assert rows_of_inboxes()[1:4] == before
